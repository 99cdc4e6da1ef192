// SPDX-License-Identifier: Apache-2.0
// The alert rules as a text: whether they are of use to who is woken up, and true to the exporter.
#include "monitoring/exported_names.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <vector>
#include <yaml-cpp/yaml.h>

namespace fastpath::test {
namespace {

std::vector<YAML::Node> alerts() {
    std::vector<YAML::Node> all;
    for (const YAML::Node &group : YAML::LoadFile(FASTPATH_PACKAGING "/prometheus/dns-fastpath.rules.yml")["groups"]) {
        for (const YAML::Node &rule : group["rules"]) {
            all.push_back(rule);
        }
    }
    return all;
}

std::string rules_test() {
    std::ostringstream text;
    text << std::ifstream(FASTPATH_RULES_TEST).rdbuf();
    return text.str();
}

TEST(AlertRules, AreThoseThatWereAskedFor) {
    std::set<std::string> names;
    for (const YAML::Node &alert : alerts()) {
        names.insert(alert["alert"].as<std::string>());
    }
    EXPECT_EQ(names, (std::set<std::string>{"DnsFastpathDaemonDown", "DnsFastpathHeartbeatLost", "DnsFastpathDetached",
                                            "DnsFastpathUnanswered", "DnsFastpathUpstreamDown", "DnsFastpathPoolDown",
                                            "DnsFastpathStaleAnswers", "DnsFastpathConntrackFilling",
                                            "DnsFastpathConntrackFull", "DnsFastpathRingLoss", "DnsFastpathCacheFull",
                                            "DnsFastpathNicAllowance", "DnsFastpathSnapshotFails"}));
}

TEST(AlertRules, SayWhatItIsWhatItMeansAndWhatToDo) {
    for (const YAML::Node &alert : alerts()) {
        for (const char *annotation : {"summary", "description", "remedy"}) {
            EXPECT_GT(alert["annotations"][annotation].as<std::string>("").size(), 20)
                << alert["alert"] << " has no " << annotation;
        }
        const std::string severity = alert["labels"]["severity"].as<std::string>("");
        EXPECT_TRUE(severity == "critical" || severity == "warning") << alert["alert"];
    }
}

TEST(AlertRules, AskForMetricsThatThereAre) {
    const std::set<std::string> exported = exported_names();
    for (const YAML::Node &alert : alerts()) {
        const auto expression = alert["expr"].as<std::string>();
        const std::set<std::string> names = names_in(expression);
        EXPECT_TRUE(!names.empty() || expression.find("up{job=\"dns-fastpath\"}") != std::string::npos) << expression;
        for (const std::string &name : names) {
            EXPECT_TRUE(exported.contains(name)) << name << " in " << alert["alert"];
        }
    }
}

TEST(AlertRules, AreTestedEach) {
    const std::string tested = rules_test();
    for (const YAML::Node &alert : alerts()) {
        EXPECT_NE(tested.find("\"" + alert["alert"].as<std::string>() + "\""), std::string::npos) << alert["alert"];
    }
}

} // namespace
} // namespace fastpath::test
