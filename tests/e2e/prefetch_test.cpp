// SPDX-License-Identifier: Apache-2.0
// Names in use do not miss, although Unbound gives its own copy with the TTL that it has left, down to 0; and the records of an
// RRset change places.
#include "e2e/lab_test.h"
#include "e2e/load.h"

#include <set>

namespace fastpath::test {
namespace {

using Prefetch = FastpathTest;

// Two and a half lives of the answer.
TEST_F(Prefetch, AHotNameNeverMisses) {
    ask_until_hit({"short1.mail.example", "A", "+noadflag"});
    const Watch watch(lab());
    const LoadReport report = Load(lab(), 500, 13, {"short1.mail.example A"}).report();
    EXPECT_EQ(report.lost, 0u);
    EXPECT_EQ(watch.grown("queries_total{result=\"miss\"}"), 0);
    EXPECT_EQ(watch.grown("queries_total{result=\"stale\"}"), 0);
    EXPECT_EQ(watch.grown("queries_total{result=\"hit\"}"), static_cast<double>(report.sent));
    EXPECT_GE(watch.grown("prefetches_total"), 2);
    EXPECT_GE(watch.grown("prefetch_results_total{result=\"renewed\"}"), 2);
    EXPECT_LE(watch.unbound(), 60) << "asked more often than a refresh takes";
}

// RFC 1794: the resolver behind turns its answers, so hits do.
TEST_F(Prefetch, RecordsTakeTurns) {
    const Command question = {"many.mail.example", "A", "+bufsize=1232"};
    ask_until_hit(question);
    std::set<std::string> first;
    std::multiset<std::string> all = ask(question).shown.data();
    ASSERT_EQ(all.size(), 64u);
    for (int turn = 0; turn < 60; turn++) {
        const Asked hit = ask(question);
        ASSERT_EQ(hit.by, by_fast_path);
        EXPECT_EQ(hit.shown.data(), all);
        first.insert(hit.shown.answer.front().data);
    }
    EXPECT_GE(first.size(), 8u);
}

} // namespace
} // namespace fastpath::test
