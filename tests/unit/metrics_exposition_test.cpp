// SPDX-License-Identifier: Apache-2.0
// The page /metrics: what Prometheus' own checker says of it, and labels that somebody chose to hurt.
#include "harness/process.h"
#include "harness/requirements.h"
#include "metrics/exposition.h"
#include "unit/full_readings.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace fastpath {
namespace {

using test::Finished;
using test::full_readings;
using test::run;

class CheckedByPromtool : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        if (test::is_installed("promtool")) {
            return;
        }
        if (!test::may_skip()) {
            FAIL() << "needs promtool";
        }
        GTEST_SKIP() << "needs promtool";
    }
};

TEST_P(CheckedByPromtool, ThePageIsWithoutFault) {
    Readings readings = full_readings(GetParam());
    readings.nics.clear();
    const Finished checked = run({"promtool", "check", "metrics"}, exposition(samples_of(readings)));
    EXPECT_EQ(checked.exit_code, 0);
    EXPECT_EQ(checked.output, "");
}

// The agreed name of what a card counts has a word in it that promtool takes for a type; others rely on the name.
TEST_P(CheckedByPromtool, TheCardsCountersHaveTheNameThatWasAgreedOn) {
    const Finished checked = run({"promtool", "check", "metrics"}, exposition(samples_of(full_readings(GetParam()))));
    EXPECT_EQ(checked.output, "dns_fastpath_nic_counter_total metric name should not include type 'counter'\n");
}

INSTANTIATE_TEST_SUITE_P(WithLabels, CheckedByPromtool,
                         testing::Values("eth0", "a\"b", "a\\", "a\nb", "\"} 1\nevil 2\n#", "\xff\xfe", "\xc3",
                                         "\xed\xa0\x80", "\x01\x7f", "\u20ac", "{}", "+Inf"));

TEST(Exposition, EscapesLabels) {
    const std::string page = exposition(samples_of(full_readings("a\"b\\c\nd\xff")));
    EXPECT_NE(page.find(R"(dns_fastpath_interface_info{interface="a\"b\\c\nd)"
                        "\ufffd\""),
              std::string::npos)
        << page;
}

// One line for each sample, whatever the labels hold.
TEST(Exposition, KeepsItsLines) {
    const auto lines = [](const std::string &text) { return std::count(text.begin(), text.end(), '\n'); };
    EXPECT_EQ(lines(exposition(samples_of(full_readings("\n\n# TYPE x counter\nx 1\n")))),
              lines(exposition(samples_of(full_readings("eth0")))));
}

TEST(Exposition, HasEachFamilyOnce) {
    const std::string page = exposition(samples_of(full_readings()));
    for (const Sample &sample : samples_of(full_readings())) {
        const std::string type = "# TYPE " + sample.family + " ";
        EXPECT_EQ(page.find(type), page.rfind(type)) << sample.family;
        EXPECT_NE(page.find(type), std::string::npos) << sample.family;
    }
}

} // namespace
} // namespace fastpath
