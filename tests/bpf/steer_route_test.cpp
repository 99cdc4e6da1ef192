// SPDX-License-Identifier: Apache-2.0
// Routes by zone: the longest one that claims a name, at label boundaries.
#include "map_element.h"
#include "steer/route_table.h"
#include "steer_fixture.h"

#include <algorithm>
#include <random>

namespace fastpath::test {
namespace {

constexpr uint16_t unclaimed = 0;

class ZoneRoute : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        use_zone_routes();
        for (uint32_t pool = 0; pool < 4; pool++) {
            pools_.push_back(world().add("198.18.1." + std::to_string(11 + pool), {.pool = pool}));
        }
    }

    ::testing::AssertionResult goes_to(const Octets &name, uint16_t pool) {
        return steers(frame(Udp{.src = next_port_++}, DnsQuery{.raw_name = name}), pools_.at(pool));
    }
    ::testing::AssertionResult goes_to(const char *name, uint16_t pool) {
        return goes_to(DnsQuery{.name = name}.name_octets(), pool);
    }

    std::vector<Upstream> pools_;
    uint16_t next_port_ = 1;
};

TEST_F(ZoneRoute, ClaimsItsNameAndAllBelow) {
    world().route_zone("example.com.", 1);
    for (const char *name :
         {"example.com.", "www.example.com.", "a.b.c.d.example.com.", "EXAMPLE.Com.", "example.com.example.com."}) {
        EXPECT_TRUE(goes_to(name, 1)) << name;
    }
    for (const char *name : {".", "com.", "myexample.com.", "xample.com.", "example.com.net.", "example.org.",
                             "www.example.co.", "example.comm."}) {
        EXPECT_TRUE(goes_to(name, unclaimed)) << name;
    }
}

TEST_F(ZoneRoute, TheLongestOneWins) {
    world().route_zone("com.", 1);
    world().route_zone("corp.example.com.", 2);
    world().route_zone("b.a.corp.example.com.", 3);
    EXPECT_TRUE(goes_to("com.", 1));
    EXPECT_TRUE(goes_to("www.example.com.", 1));
    EXPECT_TRUE(goes_to("corp.example.com.", 2));
    EXPECT_TRUE(goes_to("a.corp.example.com.", 2));
    EXPECT_TRUE(goes_to("b.a.corp.example.com.", 3));
    EXPECT_TRUE(goes_to("c.b.a.corp.example.com.", 3));
    EXPECT_TRUE(goes_to("corp.example.net.", unclaimed));
}

TEST_F(ZoneRoute, OfTheRootClaimsAll) {
    world().route_zone(".", 1);
    world().route_zone("example.com.", 2);
    EXPECT_TRUE(goes_to(".", 1));
    EXPECT_TRUE(goes_to("net.", 1));
    EXPECT_TRUE(goes_to("www.example.com.", 2));
}

// The filter goes by length and number of labels: what only looks like a zone there is looked up, and is not it.
TEST_F(ZoneRoute, OfTheSameLength) {
    world().route_zone("example.com.", 1);
    EXPECT_TRUE(goes_to("elpmaxe.com.", unclaimed));
    EXPECT_TRUE(goes_to("www.example.cam.", unclaimed));
    EXPECT_TRUE(goes_to("examplexcom.", unclaimed)); // one label less
}

// An octet of a label may be any: also one that would begin another label, or end the name.
TEST_F(ZoneRoute, NotWithinALabel) {
    world().route_zone("com.", 1);
    EXPECT_TRUE(goes_to(Octets{8, 'a', 'b', 'c', 3, 'c', 'o', 'm', 0, 0}, unclaimed));
    EXPECT_TRUE(goes_to(Octets{5, 'a', 3, 'c', 'o', 'm', 0}, unclaimed));
    EXPECT_TRUE(goes_to(Octets{5, 'a', 3, 'c', 'o', 'm', 3, 'c', 'o', 'm', 0}, 1));
    world().route_zone(Octets{3, 'a', 0, 'b', 1, 0xff, 0}, 2); // and a zone may have such ones
    EXPECT_TRUE(goes_to(Octets{1, 'w', 3, 'A', 0, 'B', 1, 0xff, 0}, 2));
    EXPECT_TRUE(goes_to(Octets{1, 'w', 3, 'A', 0, 'c', 1, 0xff, 0}, unclaimed));
}

// Length octets of 'A' and above are no letters (RFC 1035 3.1: at most 63).
TEST_F(ZoneRoute, WithLabelsOfEveryLength) {
    for (size_t length = 1; length <= FP_DNS_LABEL_MAX; length++) {
        Octets zone = {static_cast<uint8_t>(length)};
        zone.insert(zone.end(), length, 'z');
        append8(zone, 0);
        world().route_zone(zone, 1);
        Octets name = zone;
        name.insert(name.begin(), {1, 'a'});
        EXPECT_TRUE(goes_to(name, 1)) << length;
        name[3] = 'Z';
        EXPECT_TRUE(goes_to(name, 1)) << length;
        name[3] = 'y';
        EXPECT_TRUE(goes_to(name, unclaimed)) << length;
    }
}

Octets labels(size_t count) {
    Octets name;
    for (size_t i = 0; i < count; i++) {
        name.insert(name.end(), {1, static_cast<uint8_t>('a' + i % 26)});
    }
    append8(name, 0);
    return name;
}

Octets last_labels(const Octets &name, size_t count) {
    return {name.end() - static_cast<ptrdiff_t>(2 * count + 1), name.end()};
}

// 127 labels are the most, and fill a name of 255 octets.
TEST_F(ZoneRoute, OfUpTo127Labels) {
    const Octets name = labels(FP_DNS_LABELS_MAX);
    ASSERT_EQ(name.size(), FP_DNS_NAME_MAX);
    EXPECT_TRUE(goes_to(name, unclaimed));
    uint16_t pool = 3;
    for (const size_t count : {0U, 1U, 30U, 31U, 32U, 33U, 126U, 127U}) {
        pool = static_cast<uint16_t>(pool % 3 + 1);
        world().route_zone(last_labels(name, count), pool);
        EXPECT_TRUE(goes_to(name, pool)) << count;
    }
}

TEST_F(ZoneRoute, Of255Octets) {
    Octets zone;
    for (const size_t length : {63U, 63U, 63U, 61U}) {
        append8(zone, static_cast<uint8_t>(length));
        zone.insert(zone.end(), length, 'l');
    }
    append8(zone, 0);
    ASSERT_EQ(zone.size(), FP_DNS_NAME_MAX);
    world().route_zone(zone, 3);
    EXPECT_TRUE(goes_to(zone, 3));
    zone[254 - 1] = 'm';
    EXPECT_TRUE(goes_to(zone, unclaimed));
}

// What the daemon takes for the pool of a name is the same, and so is the filter that it writes.
TEST_F(ZoneRoute, TheDaemonsChoiceIsTheSame) {
    std::mt19937 random(11);
    const auto random_name = [&](size_t labels) {
        Octets name;
        for (size_t i = 0; i < labels; i++) {
            name.insert(name.end(), {1, static_cast<uint8_t>('a' + random() % 5)});
        }
        append8(name, 0);
        return name;
    };
    std::map<WireName, uint16_t> zones;
    for (int i = 0; i < 40; i++) {
        const Octets zone = random_name(2 + random() % 4);
        zones[zone] = static_cast<uint16_t>(1 + i % 3);
        world().route_zone(zone, zones[zone]);
    }
    const RouteTable table(zones);
    const auto filter = get_element<fp_route_filter>("route_filter", uint32_t{0});
    EXPECT_TRUE(std::ranges::equal(filter.labels, table.filter().labels));
    size_t claimed = 0;
    for (int i = 0; i < 1000; i++) {
        const Octets name = random_name(random() % 9);
        const auto pool = table.pool_of(name);
        claimed += pool ? 1U : 0U;
        EXPECT_TRUE(goes_to(name, pool.value_or(unclaimed))) << to_hex(name);
    }
    EXPECT_GT(claimed, 100U);
    EXPECT_LT(claimed, 900U);
}

} // namespace
} // namespace fastpath::test
