// SPDX-License-Identifier: Apache-2.0
// Routes by zone: which zone claims a name, and that the programs' filter lets every zone through.
#include "steer/route_table.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace fastpath {
namespace {

WireName wire(std::string_view text) {
    return name_from_text(text).value();
}

RouteTable routes(std::initializer_list<std::pair<const char *, uint16_t>> rows) {
    std::map<WireName, uint16_t> pools;
    for (const auto &[zone, pool] : rows) {
        pools[wire(zone)] = pool;
    }
    return RouteTable(pools);
}

TEST(RouteTable, the_longest_zone_at_a_label_boundary_claims_a_name) {
    const RouteTable table = routes({{"example", 1}, {"corp.example", 2}, {"a.b.c.corp.example", 3}, {"arpa", 4}});
    const std::pair<const char *, std::optional<uint16_t>> cases[] = {
        {"example", 1},
        {"www.example", 1},
        {"corp.example", 2},
        {"www.corp.example", 2},
        {"c.corp.example", 2},
        {"b.c.corp.example", 2},
        {"a.b.c.corp.example", 3},
        {"x.y.a.b.c.corp.example", 3},
        {"notcorp.example", 1},
        {"corp.example.net", std::nullopt},
        {"anexample", std::nullopt},
        {"exampl", std::nullopt},
        {"corp", std::nullopt},
        {".", std::nullopt},
        {"1.18.198.in-addr.arpa", 4},
        {"corp\\.example", std::nullopt},        // one label
        {"\\004corp\\007example", std::nullopt}, // the octets of corp.example within a label
    };
    for (const auto &[name, pool] : cases) {
        EXPECT_EQ(table.pool_of(wire(name)), pool) << name;
    }
}

TEST(RouteTable, the_root_claims_what_nobody_else_does) {
    const RouteTable table = routes({{".", 1}, {"example", 2}});
    EXPECT_EQ(table.pool_of(wire(".")), 1);
    EXPECT_EQ(table.pool_of(wire("www.example.net")), 1);
    EXPECT_EQ(table.pool_of(wire("www.example")), 2);
}

TEST(RouteTable, without_rows_claims_nothing) {
    EXPECT_EQ(RouteTable().pool_of(wire("example")), std::nullopt);
}

TEST(RouteTable, has_zones_of_any_number_of_labels) {
    std::string text;
    for (int i = 0; i < 127; ++i) {
        text += "a.";
    }
    const RouteTable table({{wire(text), uint16_t{1}}});
    EXPECT_EQ(table.pool_of(wire(text)), 1);
    EXPECT_EQ(table.pool_of(wire(text.substr(2))), std::nullopt);
    EXPECT_EQ(table.filter().labels[255], 1U << 31);
}

TEST(RouteFilter, says_how_many_labels_the_zones_of_a_length_have) {
    const fp_route_filter filter = routes({{".", 1}, {"example", 1}, {"ex.mple", 1}, {"corp.example", 2}}).filter();
    EXPECT_EQ(filter.labels[1], 1U << 0);
    EXPECT_EQ(filter.labels[9], 1U << 1 | 1U << 2);
    EXPECT_EQ(filter.labels[14], 1U << 2);
    EXPECT_EQ(std::count(std::begin(filter.labels), std::end(filter.labels), 0U), FP_DNS_NAME_MAX + 1 - 3);
}

TEST(RouteFilter, has_one_bit_for_all_zones_of_many_labels) {
    std::string text = "x";
    for (int i = 0; i < 29; ++i) {
        text += ".x";
    }
    std::map<WireName, uint16_t> zones;
    for (int labels = 30; labels <= 32; ++labels) {
        zones[wire(text)] = 1;
        text += ".x";
    }
    const fp_route_filter filter = RouteTable(zones).filter();
    EXPECT_EQ(filter.labels[61], 1U << 30);
    EXPECT_EQ(filter.labels[63], 1U << 31);
    EXPECT_EQ(filter.labels[65], 1U << 31);
}

} // namespace
} // namespace fastpath
