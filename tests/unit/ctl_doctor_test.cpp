// SPDX-License-Identifier: Apache-2.0
// How findings of the doctor are shown.
#include "ctl/doctor.h"

#include <gtest/gtest.h>
#include <sstream>

namespace fastpath::ctl {
namespace {

using doctor::Finding;

const Finding good = doctor::ok("one", "fine");
const Finding costly = doctor::warning("another", "slow", "hurry");
const Finding broken = doctor::problem("third", "broken", "mend it");

TEST(DoctorText, HasTheRemedyBelowTheFinding) {
    std::ostringstream stream;
    Output output = {stream, false, false};
    print_findings(output, {good, costly, broken});
    EXPECT_EQ(stream.str(), "STATUS   CHECK    FINDING\n"
                            "ok       one      fine\n"
                            "warning  another  slow\n"
                            "                  to do: hurry\n"
                            "problem  third    broken\n"
                            "                  to do: mend it\n");
}

TEST(DoctorJson, HasTheSame) {
    EXPECT_EQ(to_json(std::vector{good, costly}), Json::parse(R"({"status": "warning", "checks": [
        {"check": "one", "status": "ok", "finding": "fine", "remedy": null},
        {"check": "another", "status": "warning", "finding": "slow", "remedy": "hurry"}]})"));
}

TEST(DoctorJson, HasTheWorstStatus) {
    EXPECT_EQ(to_json(std::vector{good})["status"], "ok");
    EXPECT_EQ(to_json(std::vector{broken, costly, good})["status"], "problem");
}

} // namespace
} // namespace fastpath::ctl
