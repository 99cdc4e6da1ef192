// SPDX-License-Identifier: Apache-2.0
// How `top` is shown.
#include "ctl/top.h"

#include <gtest/gtest.h>
#include <sstream>

namespace fastpath::ctl {
namespace {

const TopRow one_name = {.subject = "www.example.",
                         .qtype = "A",
                         .samples = 30,
                         .queries_per_second = 1234.4,
                         .share = 0.75,
                         .share_low = 0.7012,
                         .share_high = 0.7988,
                         .hit_ratio = 0.5};
const TopRow unread = {.subject = "",
                       .qtype = "",
                       .samples = 10,
                       .queries_per_second = 4.25,
                       .share = 0.25,
                       .share_low = 0.25,
                       .share_high = 0.25,
                       .hit_ratio = 0};
const Top names = {.window_seconds = 60, .samples = 40, .queries_per_second = 1645.9, .rows = {one_name, unread}};

std::string printed(const Top &top, TopOf what) {
    std::ostringstream stream;
    Output output = {stream, false, false};
    print_top(output, top, what);
    return stream.str();
}

TEST(TopText, SaysWhatTheFiguresStandOnAndHowSureTheyAre) {
    EXPECT_EQ(
        printed(names, TopOf::names),
        "in the last 60 s: 1646 queries/s, estimated from 40 samples; the true share lies in the interval in 95 of "
        "100 cases\n\n"
        "Q/S   SHARE   INTERVAL         HITS    TYPE  NAME\n"
        "1234  75.0 %  70.1 % - 79.9 %  50.0 %  A     www.example.\n"
        "4.2   25.0 %  exact            0.0 %   -     (question not read)\n");
}

TEST(TopText, HasNoTypeBesideAClient) {
    EXPECT_NE(printed(names, TopOf::clients).find("HITS    CLIENT\n"), std::string::npos);
    EXPECT_NE(printed(names, TopOf::types).find("HITS    TYPE\n"), std::string::npos);
}

TEST(TopText, SaysWhereThereIsNothing) {
    EXPECT_EQ(printed({}, TopOf::names), "no queries in the last minute\n");
}

TEST(TopJson, HasTheSame) {
    EXPECT_EQ(to_json(names, TopOf::names), Json::parse(R"({
        "window_seconds": 60.0, "queries_per_second": 1645.9, "samples": 40, "confidence": 0.95, "rows": [
        {"name": "www.example.", "type": "A", "queries_per_second": 1234.4, "share": 0.75, "share_low": 0.7012,
         "share_high": 0.7988, "hit_ratio": 0.5, "samples": 30},
        {"name": null, "type": null, "queries_per_second": 4.25, "share": 0.25, "share_low": 0.25, "share_high": 0.25,
         "hit_ratio": 0.0, "samples": 10}]})"));
    EXPECT_EQ(to_json(names, TopOf::clients)["rows"][0]["client"], "www.example.");
    EXPECT_FALSE(to_json(names, TopOf::types)["rows"][0].contains("name"));
}

} // namespace
} // namespace fastpath::ctl
