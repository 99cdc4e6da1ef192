// SPDX-License-Identifier: Apache-2.0
// What an operator does, and what goes wrong on a host, while 20,000 hits a second are given.
#pragma once

#include "e2e/lab_test.h"
#include "e2e/load.h"

#include <functional>
#include <gtest/gtest.h>
#include <string>

namespace fastpath::test {

class OperatorTest : public LabTest {
  protected:
    static constexpr const char *hits = "queries_total{result=\"hit\"}";
    static constexpr unsigned rate = 20'000;

    static double hits_given() { return stats(lab()).fastpath(hits); }
    static bool hits_go_on(unsigned many = rate / 2) {
        return eventually([wanted = hits_given() + many] { return hits_given() >= wanted; });
    }

    // The hot names are in the cache. Each query that is sent while `work` is done is a hit, and each is answered.
    static void expect_no_hit_is_lost(const std::function<void()> &work) {
        const double given = hits_given();
        Load load = Load::of_hits(lab(), rate);
        ASSERT_TRUE(hits_go_on());
        work();
        EXPECT_TRUE(hits_go_on()) << "no hits afterwards";
        load.end();
        const LoadReport report = load.report();
        EXPECT_EQ(report.lost, 0U) << "of " << report.sent;
        EXPECT_GE(report.sent, rate) << "the load was not what it should be";
        EXPECT_EQ(hits_given() - given, static_cast<double>(report.sent)) << "not all were hits";
    }

    static std::string keeping(const std::string &more = {}) {
        return lab_config("state: {on_stop: keep, snapshot: \"\"}\n" + more);
    }
};

} // namespace fastpath::test
