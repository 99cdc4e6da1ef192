// SPDX-License-Identifier: Apache-2.0
// What the daemon sees of queries that stay unanswered, from maps filled by hand.
#include "bpf/flow_sweeper.h"
#include "bpf/open_query_watch.h"
#include "map_element.h"

#include <gtest/gtest.h>

namespace fastpath::test {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t ms = 1'000'000;
constexpr uint64_t now_ns = 100'000 * ms;
constexpr uint16_t local = 7;
constexpr uint16_t other = 8;

void put_open_query(uint16_t id, uint16_t upstream, uint64_t age_ms, uint8_t outstanding) {
    fp_open_query_key key = {};
    key.id = id;
    fp_open_query query = {};
    query.asked_ns = now_ns - age_ms * ms;
    query.upstream = upstream;
    query.outstanding = outstanding;
    put_element("open_queries", key, query);
}

fp_flow_key flow_key(uint16_t id) {
    fp_flow_key key = {};
    key.id = id;
    return key;
}

void put_flow(uint16_t id, uint16_t upstream, uint64_t age_ms) {
    fp_flow flow = {};
    flow.asked_ns = now_ns - age_ms * ms;
    flow.upstream = upstream;
    put_element("flows", flow_key(id), flow);
}

class UnansweredQueries : public testing::Test {
  protected:
    void SetUp() override { clear(); }
    void TearDown() override { clear(); }
    static void clear() {
        remove_all_elements<fp_open_query_key>("open_queries");
        remove_all_elements<fp_flow_key>("flows");
    }
};

TEST_F(UnansweredQueries, OfThisHostsResolverAreThoseWithoutAnAnswer) {
    put_open_query(1, local, 499, 1);  // has time
    put_open_query(2, local, 500, 1);  // waits
    put_open_query(3, local, 1499, 2); // waits, a retry with it
    put_open_query(4, local, 1500, 1); // of the second before
    put_open_query(5, local, 1000, 0); // answered
    put_open_query(6, other, 1000, 1);
    OpenQueryWatch watch(Loaded::instance().programs.map("open_queries"));
    const UnansweredByNumber seen = watch.look(now_ns, 5s);
    EXPECT_EQ(seen.at(local).waiting, 2);
    EXPECT_EQ(seen.at(local).timeouts, 0);
    EXPECT_EQ(seen.at(other).waiting, 1);
}

TEST_F(UnansweredQueries, AreGivenUpOnce) {
    OpenQueryWatch watch(Loaded::instance().programs.map("open_queries"));
    watch.look(now_ns, 5s);
    put_open_query(1, local, 4500, 1); // 5.5 s old at the next look
    put_open_query(2, local, 3500, 1); // 4.5 s
    put_open_query(3, local, 5500, 1); // was given up before
    put_open_query(4, local, 4500, 0);
    EXPECT_EQ(watch.look(now_ns + 1000 * ms, 5s).at(local).timeouts, 1);
    EXPECT_EQ(watch.look(now_ns + 2000 * ms, 5s).at(local).timeouts, 1);
    EXPECT_EQ(watch.look(now_ns + 3000 * ms, 5s).at(local).timeouts, 0);
}

TEST_F(UnansweredQueries, ThatWereSteeredAreRemovedWhenTheyAreGivenUp) {
    put_flow(1, other, 100);
    put_flow(2, other, 1000);
    put_flow(3, other, 5000);
    FlowSweeper sweeper(Loaded::instance().programs.map("flows"));
    const UnansweredByNumber seen = sweeper.sweep(now_ns, 5s);
    EXPECT_EQ(seen.at(other).waiting, 1);
    EXPECT_EQ(seen.at(other).timeouts, 1);
    EXPECT_TRUE(find_element<fp_flow>("flows", flow_key(2)));
    EXPECT_FALSE(find_element<fp_flow>("flows", flow_key(3)));
}

// More than one system call returns.
TEST_F(UnansweredQueries, AreAllSeen) {
    for (uint16_t id = 0; id < 10'000; id++) {
        put_open_query(id, local, 1000, 1);
    }
    OpenQueryWatch watch(Loaded::instance().programs.map("open_queries"));
    EXPECT_EQ(watch.look(now_ns, 5s).at(local).waiting, 10'000);
}

} // namespace
} // namespace fastpath::test
