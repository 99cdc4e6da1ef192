// SPDX-License-Identifier: Apache-2.0
// The longest lists that are allowed: read, printed, compared. Anything quadratic in them would run into the test's timeout.
#include "config/diff.h"
#include "config/load.h"
#include "config/print.h"
#include "config/warnings.h"

#include <gtest/gtest.h>

namespace fastpath {
namespace {

TEST(ConfigSize, OfTheLongestLists) {
    std::string text = "pools:\n  blocklists: {upstreams: [{address: 198.18.1.11}]}\nroutes:\n";
    for (int i = 0; i < 32'000; ++i) {
        text += "  - {zone: zone-" + std::to_string(i) + ".example, pool: blocklists}\n";
    }
    text += "clients:\n";
    for (int i = 0; i < 16'000; ++i) {
        text += "  - {prefix: 10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24, view: mta}\n";
    }
    const auto config = parse_config(text, "f.yaml");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->routes.size(), 32'000U);
    EXPECT_EQ(config->clients.size(), 16'000U);
    EXPECT_EQ(config_warnings(*config), std::vector<std::string>{});

    const auto again = parse_config(print_config(*config), "printed");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, *config);

    Config now = *config;
    now.routes.erase(now.routes.begin());
    now.routes.back().pool = default_pool;
    EXPECT_EQ(diff(*config, now), (std::vector<ConfigChange>{{"routes",
                                                              "-{zone: zone-0.example., pool: blocklists} "
                                                              "-{zone: zone-31999.example., pool: blocklists} "
                                                              "+{zone: zone-31999.example., pool: default}",
                                                              true}}));
}

} // namespace
} // namespace fastpath
