// SPDX-License-Identifier: Apache-2.0
// Rows of the map `clients`: what their longest match says is what acl.allow, `clients` and the upstreams say, each by itself.
#include "config/acl.h"
#include "steer/client_rows.h"

#include <algorithm>
#include <dns_fastpath/config.h>
#include <gtest/gtest.h>
#include <random>

namespace fastpath {
namespace {

using Rows = std::vector<ClientRow>;
using Choices = std::map<IpPrefix, ClientChoice>;

IpPrefix prefix(std::string_view text) {
    return parse_prefix(text).value();
}

std::vector<IpPrefix> prefixes(std::initializer_list<const char *> texts) {
    std::vector<IpPrefix> list;
    for (const char *text : texts) {
        list.push_back(prefix(text));
    }
    return list;
}

bool has_bits_of(const IpPrefix &outer, const IpAddress &address) {
    for (unsigned bit = 0; bit < outer.length; ++bit) {
        const unsigned mask = 0x80U >> bit % 8;
        if (((outer.address.octets[bit / 8] ^ address.octets[bit / 8]) & mask) != 0) {
            return false;
        }
    }
    return true;
}

// As the kernel's map does it, families unknown.
ClientRow longest_match(const Rows &rows, const IpAddress &address) {
    ClientRow longest{.prefix = {{}, 0}};
    for (const ClientRow &row : rows) {
        if (has_bits_of(row.prefix, address) && row.prefix.length >= longest.prefix.length) {
            longest = row;
        }
    }
    return longest;
}

// The meaning: families known, one question at a time.
bool covers(const IpPrefix &outer, const IpAddress &address) {
    const bool outer_is_ipv4 = outer.length >= 96 && outer.address.is_ipv4();
    return outer_is_ipv4 == address.is_ipv4() && has_bits_of(outer, address);
}

ClientChoice choice_for(const Choices &choices, const IpAddress &address) {
    ClientChoice longest{FP_VIEW_NONE, FP_POOL_NONE};
    int length = -1;
    for (const auto &[candidate, choice] : choices) {
        if (covers(candidate, address) && candidate.length > length) {
            longest = choice;
            length = candidate.length;
        }
    }
    return longest;
}

TEST(ClientRows, say_one_thing_for_each_prefix_that_matters) {
    const Rows rows = client_rows(prefixes({"10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"}),
                                  {{prefix("10.2.0.0/16"), {3, 4}}}, {prefix("10.2.0.53").address});
    EXPECT_EQ(rows, (Rows{{prefix("10.0.0.0/8"), true, false, FP_VIEW_NONE, FP_POOL_NONE},
                          {prefix("10.2.0.0/16"), true, false, 3, 4},
                          {prefix("10.2.0.53"), true, true, 3, 4},
                          {prefix("2001:db8::/32"), true, false, FP_VIEW_NONE, FP_POOL_NONE}}));
}

// The longest item of `clients` gives both; what it leaves out is the listen address's, not that of a shorter prefix.
TEST(ClientRows, take_pool_and_view_from_one_item) {
    const Rows rows = client_rows({}, {{prefix("10.0.0.0/8"), {1, 2}}, {prefix("10.1.0.0/16"), {FP_VIEW_NONE, 3}}}, {});
    EXPECT_EQ(rows, (Rows{{prefix("10.0.0.0/8"), false, false, 1, 2},
                          {prefix("10.1.0.0/16"), false, false, FP_VIEW_NONE, 3}}));
}

TEST(ClientRows, of_ipv6_say_nothing_of_ipv4) {
    const Rows rows = client_rows(prefixes({"::/0", "198.18.0.0/15"}), {{prefix("::/64"), {1, 2}}}, {});
    EXPECT_FALSE(longest_match(rows, prefix("192.0.2.1").address).allowed);
    EXPECT_EQ(longest_match(rows, prefix("192.0.2.1").address).pool, FP_POOL_NONE);
    EXPECT_TRUE(longest_match(rows, prefix("198.18.0.1").address).allowed);
    EXPECT_EQ(longest_match(rows, prefix("198.18.0.1").address).view, FP_VIEW_NONE);
    EXPECT_EQ(longest_match(rows, prefix("::1").address), (ClientRow{prefix("::/64"), true, false, 1, 2}));
}

TEST(ClientRows, of_ipv4_say_nothing_of_ipv6) {
    const Rows rows = client_rows(prefixes({"0.0.0.0/0"}), {}, {});
    EXPECT_EQ(rows, (Rows{{prefix("0.0.0.0/0"), true, false, FP_VIEW_NONE, FP_POOL_NONE}}));
}

TEST(ClientRows, are_none_where_nobody_is_allowed) {
    EXPECT_EQ(client_rows({}, {}, {}), Rows{});
}

// Few distinct bits, so that prefixes cover each other in many ways, near the border between the families.
IpAddress random_address(std::mt19937 &random) {
    IpAddress address = random() % 2 == 0 ? IpAddress::from_ipv4({10, 0, 0, 0}) : IpAddress{};
    for (size_t octet = 12; octet < 16; ++octet) {
        address.octets[octet] = static_cast<uint8_t>(random() % 3 == 0 ? random() & 0x81 : 0);
    }
    if (random() % 4 == 0) {
        address.octets[random() % 2 == 0 ? 0 : 9] = 0x20;
    }
    return address;
}

IpPrefix random_prefix(std::mt19937 &random) {
    const IpAddress address = random_address(random);
    const unsigned shortest = address.is_ipv4() ? 96 : 0;
    IpPrefix made{address, static_cast<uint8_t>(shortest + random() % (129 - shortest))};
    for (unsigned bit = made.length; bit < 128; ++bit) {
        made.address.octets[bit / 8] &= static_cast<uint8_t>(~(0x80U >> bit % 8));
    }
    return made;
}

TEST(ClientRows, agree_with_their_sources_one_by_one) {
    std::mt19937 random(4);
    for (int round = 0; round < 300; ++round) {
        AclConfig acl;
        acl.allow.clear();
        Choices choices;
        std::set<IpAddress> upstreams;
        for (int i = 0; i < 12; ++i) {
            acl.allow.push_back(random_prefix(random));
            choices[random_prefix(random)] = {static_cast<uint16_t>(random() % 3), static_cast<uint16_t>(random() % 3)};
            upstreams.insert(random_address(random));
        }
        const Rows rows = client_rows(acl.allow, choices, upstreams);
        for (int i = 0; i < 200; ++i) {
            const IpAddress address =
                i < 12 ? *std::next(upstreams.begin(), i % static_cast<int>(upstreams.size())) : random_address(random);
            const ClientRow row = longest_match(rows, address);
            const ClientChoice choice = choice_for(choices, address);
            ASSERT_EQ(row.allowed, std::any_of(acl.allow.begin(), acl.allow.end(),
                                               [&](const IpPrefix &p) { return covers(p, address); }))
                << to_string(address);
            ASSERT_EQ(row.allowed, is_allowed(acl, address)) << to_string(address);
            ASSERT_EQ(row.is_upstream, upstreams.contains(address)) << to_string(address);
            ASSERT_EQ(row.view, choice.view) << to_string(address);
            ASSERT_EQ(row.pool, choice.pool) << to_string(address);
        }
    }
}

} // namespace
} // namespace fastpath
