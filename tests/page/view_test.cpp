// SPDX-License-Identifier: Apache-2.0
// The page as the server renders it, and status.json, with names that somebody chose to hurt.
#include "page/some_facts.h"
#include "status/page.h"
#include "status/view.h"

#include <gtest/gtest.h>

namespace fastpath::status {
namespace {

std::string page_about(const Facts &facts) {
    return page_of(view_of(facts), "nonce");
}

TEST(StatusPage, SaysTheVerdictInWords) {
    EXPECT_NE(page_about(test::healthy_facts()).find("All is well"), std::string::npos);
    const std::string page = page_about(test::incident_facts());
    EXPECT_NE(page.find("<title>2 problems"), std::string::npos);
    EXPECT_NE(page.find("<strong>Problem:</strong> 89 % of the 1,000 queries"), std::string::npos) << page;
}

TEST(StatusPage, EscapesWhatOthersChose) {
    for (const std::string text : {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><b>",
                                   "{{host}}", "{{#tiles}}", "{{{host}}}", "<!--"}) {
        const std::string page = page_about(test::healthy_facts(text));
        const std::string plain = page_about(test::healthy_facts("x"));
        const auto count = [](const std::string &in, const std::string &what) {
            size_t found = 0;
            for (size_t at = 0; (at = in.find(what, at)) != std::string::npos; at++) {
                found++;
            }
            return found;
        };
        EXPECT_EQ(count(page, "<"), count(plain, "<")) << text;
        EXPECT_EQ(count(page, "<script"), 2u) << text;
    }
}

TEST(StatusPage, NeedsNothingFromElsewhere) {
    const std::string page = page_about(test::healthy_facts());
    for (const char *outside : {"http://", "https://", "src=", "@import", "url(", "<form", "<button", "<input"}) {
        EXPECT_EQ(page.find(outside), std::string::npos) << outside;
    }
}

TEST(StatusPage, AllowsItsOwnScriptAlone) {
    const std::string policy = content_security_policy("abc");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(policy.find("script-src 'nonce-abc';"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST(StatusJson, HasWhatItsDescriptionSays) {
    const Json report = report_of(test::incident_facts());
    EXPECT_EQ(report.at("state"), "problem");
    EXPECT_EQ(report.at("warnings").size(), 2u);
    EXPECT_EQ(report.at("warnings").at(0).at("severity"), "problem");
    EXPECT_EQ(report.at("upstreams").at(0).at("unanswered_ratio"), 0.89);
    EXPECT_EQ(report.at("conntrack"), (Json{{"entries", 2000}, {"limit", 2000}}));
    EXPECT_EQ(report.at("queries").at("hit"), 1'080'000);
    EXPECT_NEAR(report.at("rates").at("hit_ratio").get<double>(), 0.9, 0.01);
    EXPECT_EQ(report.at("top_names").at(0).at("qname"), "default");
    EXPECT_EQ(report.at("events").at(0).at("level"), "warning");
    EXPECT_EQ(report_of(test::healthy_facts()).at("state"), "ok");
}

} // namespace
} // namespace fastpath::status
