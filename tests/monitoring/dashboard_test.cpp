// SPDX-License-Identifier: Apache-2.0
// The dashboard as Grafana imports it, and the metrics that it asks for.
#include "monitoring/exported_names.h"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fastpath::test {
namespace {

using Json = nlohmann::json;

Json dashboard() {
    return Json::parse(std::ifstream(FASTPATH_PACKAGING "/grafana/dns-fastpath.json"));
}

TEST(Dashboard, IsOne) {
    const Json board = dashboard();
    EXPECT_EQ(board.at("title"), "dns-fastpath");
    EXPECT_EQ(board.at("uid"), "dns-fastpath");
    EXPECT_GE(board.at("schemaVersion"), 36);
    EXPECT_FALSE(board.contains("id")) << "of the Grafana that it was made with";
    EXPECT_FALSE(board.contains("__inputs")) << "it is installed as a file, where nobody asks for inputs";
}

TEST(Dashboard, HasPanelsThatDoNotOverlap) {
    std::set<int> ids;
    std::set<std::pair<int, int>> taken;
    const Json board = dashboard();
    for (const Json &panel : board.at("panels")) {
        EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second) << panel.at("id");
        EXPECT_FALSE(panel.at("title").get<std::string>().empty());
        const Json &place = panel.at("gridPos");
        const int left = place.at("x");
        const int top = place.at("y");
        EXPECT_LE(left + place.at("w").get<int>(), 24);
        for (int x = left; x < left + place.at("w").get<int>(); x++) {
            for (int y = top; y < top + place.at("h").get<int>(); y++) {
                EXPECT_TRUE(taken.emplace(x, y).second) << panel.at("title");
            }
        }
    }
}

TEST(Dashboard, AsksForMetricsThatThereAre) {
    const std::set<std::string> exported = exported_names();
    const Json board = dashboard();
    for (const Json &panel : board.at("panels")) {
        for (const Json &target : panel.value("targets", Json::array())) {
            const auto expression = target.at("expr").get<std::string>();
            EXPECT_EQ(target.at("datasource").at("uid"), "${datasource}") << expression;
            for (const std::string &name : names_in(expression)) {
                EXPECT_TRUE(exported.contains(name)) << name << " in " << panel.at("title");
            }
        }
    }
}

// What the exporter counts and nobody looks at might as well not be counted.
TEST(Dashboard, ShowsAllThatIsExported) {
    const std::set<std::string> shown = names_in(dashboard().dump());
    for (const std::string &name : exported_names()) {
        const bool is_part = name.ends_with("_sum") || name.ends_with("_count"); // of a histogram
        EXPECT_TRUE(is_part || shown.contains(name)) << name;
    }
}

} // namespace
} // namespace fastpath::test
