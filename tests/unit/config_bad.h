// SPDX-License-Identifier: Apache-2.0
// Bad configs, and what has to be said of them.
#pragma once

#include "config/load.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

namespace fastpath {

struct BadConfig {
    std::string text;
    std::string_view place; // LINE:COL
    std::string message;
};

inline void expect_errors(const std::vector<BadConfig> &cases) {
    for (const BadConfig &bad : cases) {
        const auto config = parse_config(bad.text, "f.yaml");
        ASSERT_FALSE(config) << bad.text;
        EXPECT_EQ(config.error().message, "f.yaml:" + std::string(bad.place) + ": " + bad.message) << bad.text;
    }
}

} // namespace fastpath
