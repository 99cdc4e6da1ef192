// SPDX-License-Identifier: Apache-2.0
// Which tables there are while some upstreams serve and others do not, and whom a name is sent to by them.
#include "config/load.h"
#include "steer/tables.h"

#include <algorithm>
#include <cstring>
#include <dns_fastpath/hash.h>
#include <gtest/gtest.h>

namespace fastpath {
namespace {

// Numbers are given in this order: 0 to 5.
constexpr const char *yaml = R"(
az: az1
pools:
  default:
    upstreams:
      - {address: local, az: az2}
      - {address: 198.18.1.11, az: az1, weight: 50}
      - {address: 198.18.2.11, az: az2}
      - {address: 2001:db8:1::11, az: az1}
  corp: {upstreams: [{address: 198.18.3.11}, {address: 198.18.3.12}]}
routes: [{zone: corp.example, pool: corp}]
)";
constexpr uint16_t default_number = 0;
constexpr uint16_t corp_number = 1;
constexpr bool ipv4 = false;
constexpr bool ipv6 = true;

SteeringPlan the_plan() {
    return make_plan(parse_config(yaml, "f.yaml").value(), {}, {}).value();
}

Serves all_but(std::set<uint16_t> down) {
    return [down = std::move(down)](uint16_t number) { return !down.contains(number); };
}

std::map<TableKey, std::set<uint16_t>> members(const Tables &tables) {
    std::map<TableKey, std::set<uint16_t>> all;
    for (const auto &[key, table] : tables) {
        for (const MaglevMember &member : table->members) {
            all[key].insert(member.number);
        }
    }
    return all;
}

using Keyed = std::map<TableKey, std::set<uint16_t>>;

TEST(Tables, are_by_pool_family_and_tier_with_local_in_both_families) {
    EXPECT_EQ(members(make_tables(the_plan(), all_but({}))), (Keyed{{{default_number, ipv4, 0}, {0, 1}},
                                                                    {{default_number, ipv4, 1}, {2}},
                                                                    {{default_number, ipv6, 0}, {0, 3}},
                                                                    {{corp_number, ipv4, 1}, {4, 5}}}));
}

TEST(Tables, hold_only_who_serves_and_are_not_there_without_any) {
    EXPECT_EQ(members(make_tables(the_plan(), all_but({0, 2, 3, 5}))),
              (Keyed{{{default_number, ipv4, 0}, {1}}, {{corp_number, ipv4, 1}, {4}}}));
    EXPECT_TRUE(make_tables(the_plan(), [](uint16_t) { return false; }).empty());
}

TEST(Tables, say_the_same_in_the_form_of_the_map) {
    const Tables tables = make_tables(the_plan(), all_but({}));
    const fp_table &entries = tables.at({corp_number, ipv4, 1})->entries;
    EXPECT_EQ(entries.members, 2U);
    EXPECT_EQ((std::set<uint16_t>{entries.member[0], entries.member[1]}), (std::set<uint16_t>{4, 5}));
    EXPECT_EQ(std::count(std::begin(entries.entry), std::end(entries.entry), 4) +
                  std::count(std::begin(entries.entry), std::end(entries.entry), 5),
              FP_MAGLEV_SIZE);
}

TEST(Tables, follow_the_weights) {
    const Tables tables = make_tables(the_plan(), all_but({}));
    const fp_table &entries = tables.at({default_number, ipv4, 0})->entries;
    EXPECT_NEAR(static_cast<double>(std::count(std::begin(entries.entry), std::end(entries.entry), 1)),
                FP_MAGLEV_SIZE / 3.0, 1); // 50 beside 100
}

TEST(Tables, are_taken_over_where_nothing_has_changed) {
    const Tables old = make_tables(the_plan(), all_but({}));
    const Tables now = make_tables(the_plan(), all_but({2, 3}), old);
    EXPECT_EQ(now.at({default_number, ipv4, 0}), old.at({default_number, ipv4, 0}));
    EXPECT_EQ(now.at({corp_number, ipv4, 1}), old.at({corp_number, ipv4, 1}));
    EXPECT_NE(now.at({default_number, ipv6, 0}), old.at({default_number, ipv6, 0}));
    EXPECT_FALSE(now.contains({default_number, ipv4, 1}));
}

TEST(Tables, are_filled_anew_where_a_weight_has_changed) {
    const Tables old = make_tables(the_plan(), all_but({}));
    SteeringPlan plan = the_plan();
    plan.upstreams[1].weight = 100;
    const Tables now = make_tables(plan, all_but({}), old);
    EXPECT_NE(now.at({default_number, ipv4, 0}), old.at({default_number, ipv4, 0}));
    EXPECT_EQ(now.at({default_number, ipv6, 0}), old.at({default_number, ipv6, 0}));
}

class Choice : public testing::Test {
  protected:
    std::optional<uint16_t> choose(std::string_view name, uint16_t pool = default_number, bool is_ipv6 = ipv4) {
        return choose_upstream(plan_.routes, tables_, name_from_text(name).value(), pool, is_ipv6);
    }
    void only(const std::set<uint16_t> &up) {
        tables_ = make_tables(plan_, [&](uint16_t number) { return up.contains(number); });
    }

    SteeringPlan plan_ = the_plan();
    Tables tables_ = make_tables(plan_, all_but({}));
};

TEST_F(Choice, is_in_the_first_tier_while_somebody_serves_there) {
    std::set<uint16_t> chosen;
    for (int i = 0; i < 200; ++i) {
        chosen.insert(choose("host" + std::to_string(i) + ".example").value());
    }
    EXPECT_EQ(chosen, (std::set<uint16_t>{0, 1}));
    only({2, 3});
    EXPECT_EQ(choose("host.example"), 2);
    only({3});
    EXPECT_EQ(choose("host.example"), std::nullopt);
    EXPECT_EQ(choose("host.example", default_number, ipv6), 3);
}

TEST_F(Choice, is_that_of_the_route_before_that_of_the_client) {
    EXPECT_GE(choose("www.corp.example").value(), 4);
    EXPECT_GE(choose("www.example", corp_number).value(), 4);
    EXPECT_LE(choose("www.example").value(), 1);
    EXPECT_EQ(choose("www.corp.example", default_number, ipv6), std::nullopt); // corp has no IPv6
}

// As the programs compute it: eight octets at a time over the lower-cased name, padded with zeros.
TEST_F(Choice, is_by_the_hash_of_the_name) {
    const WireName name = name_from_text("eight.example").value(); // 15 octets
    uint64_t words[2] = {};
    std::memcpy(words, name.data(), name.size());
    const uint64_t hash = fp_name_hash_add(fp_name_hash_add(0, words[0]), words[1]);
    EXPECT_EQ(choose("eight.example"), tables_.at({default_number, ipv4, 0})->entries.entry[fp_maglev_index(hash)]);
}

TEST_F(Choice, does_not_depend_on_the_case_of_a_name) {
    WireName upper = name_from_text("www.example").value();
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](uint8_t c) { return c >= 'a' && c <= 'z' ? static_cast<uint8_t>(c - 32) : c; });
    EXPECT_EQ(choose_upstream(plan_.routes, tables_, upper, default_number, ipv4), choose("www.example"));
}

// Names as clients ask them: they differ in a few octets, at the beginning, in the middle and at the end.
TEST(ChoiceOfManyNames, is_spread_evenly) {
    constexpr int upstreams = 16;
    constexpr int names = 16'000;
    Config config;
    config.pools[0].upstreams.clear();
    for (uint8_t i = 0; i < upstreams; ++i) {
        config.pools[0].upstreams.push_back({.address = IpAddress::from_ipv4({198, 18, 1, i}), .az = {}});
    }
    const Tables tables = make_tables(make_plan(config, {}, {}).value(), all_but({}));
    for (const auto &[before, after] :
         {std::pair{"", ".example"}, {"host", ".eu-1.compute.example.com"}, {"www.shop", ".de"}}) {
        std::vector<int> counts(upstreams);
        for (int i = 0; i < names; ++i) {
            const WireName name = name_from_text(before + std::to_string(i) + after).value();
            ++counts[choose_upstream({}, tables, name, default_number, ipv4).value()];
        }
        for (const int count : counts) { // four standard deviations
            EXPECT_NEAR(count, names / upstreams, names / upstreams / 8) << before << "N" << after;
        }
    }
}

} // namespace
} // namespace fastpath
