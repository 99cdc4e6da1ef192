// SPDX-License-Identifier: Apache-2.0
// Maglev tables: shares by weight, little movement, and the same table wherever it is made.
#include "steer/maglev.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <random>

namespace fastpath {
namespace {

using Entries = std::array<uint16_t, FP_MAGLEV_SIZE>;
using Members = std::vector<MaglevMember>;

Entries filled(const Members &members) {
    Entries entries;
    entries.fill(UINT16_MAX);
    fill_maglev(entries, members);
    return entries;
}

IpAddress address_of(size_t i) {
    return IpAddress::from_ipv4({198, 18, static_cast<uint8_t>(i / 256), static_cast<uint8_t>(i)});
}

// Neighbouring addresses, as resolvers have them.
Members equal_members(size_t count) {
    Members members;
    for (size_t i = 0; i < count; ++i) {
        members.push_back({maglev_identity(address_of(i)), 100, static_cast<uint16_t>(i)});
    }
    return members;
}

std::vector<double> shares(const Entries &entries, size_t members) {
    std::vector<double> counts(members);
    for (const uint16_t entry : entries) {
        counts.at(entry) += 1; // throws where an entry is nobody's
    }
    return counts;
}

double fair_share(const Members &members, size_t which) {
    double sum = 0;
    for (const MaglevMember &member : members) {
        sum += member.weight;
    }
    return FP_MAGLEV_SIZE * members[which].weight / sum;
}

// Of the entries that were not `left`'s before and are not now, how many have changed hands.
double moved(const Entries &before, const Entries &after, uint16_t left) {
    int changed = 0;
    for (size_t i = 0; i < before.size(); ++i) {
        changed += before[i] != left && after[i] != left && before[i] != after[i] ? 1 : 0;
    }
    return static_cast<double>(changed) / FP_MAGLEV_SIZE;
}

class MaglevOfManySizes : public testing::TestWithParam<size_t> {};

TEST_P(MaglevOfManySizes, equal_members_have_equal_shares_to_one_entry) {
    const Members members = equal_members(GetParam());
    const std::vector<double> counts = shares(filled(members), members.size());
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    EXPECT_LE(*most - *least, 1);
}

TEST_P(MaglevOfManySizes, shares_follow_the_weights_to_two_entries) {
    std::mt19937 random(static_cast<unsigned>(GetParam()));
    Members members = equal_members(GetParam());
    for (MaglevMember &member : members) {
        member.weight = std::uniform_int_distribution<uint32_t>(1, 1000)(random);
    }
    const std::vector<double> counts = shares(filled(members), members.size());
    for (size_t i = 0; i < members.size(); ++i) {
        EXPECT_NEAR(counts[i], fair_share(members, i), 2) << "weight " << members[i].weight;
    }
}

INSTANTIATE_TEST_SUITE_P(Members, MaglevOfManySizes, testing::Values(2, 3, 5, 10, 16, 50, 100, 200, 256));

TEST(Maglev, gives_all_to_one) {
    const Entries entries = filled({{maglev_identity(address_of(7)), 1, 42}});
    EXPECT_TRUE(std::all_of(entries.begin(), entries.end(), [](uint16_t entry) { return entry == 42; }));
}

TEST(Maglev, gives_nothing_but_its_share_to_the_lightest_beside_the_heaviest) {
    Members members = equal_members(2);
    members[0].weight = 1;
    members[1].weight = 1000;
    EXPECT_NEAR(shares(filled(members), 2)[0], FP_MAGLEV_SIZE / 1001.0, 1);
}

// Read backwards the same pair of tables is that of one which comes.
TEST(Maglev, moves_hardly_more_than_the_share_of_the_one_of_ten_that_goes_or_comes) {
    const Members ten = equal_members(10);
    const Entries with = filled(ten);
    for (const MaglevMember &gone : ten) {
        Members nine = ten;
        std::erase(nine, gone);
        const Entries without = filled(nine);
        EXPECT_EQ(std::count(without.begin(), without.end(), gone.number), 0);
        EXPECT_LT(moved(with, without, gone.number), 0.02) << "number " << gone.number;
    }
}

TEST(Maglev, moves_little_where_weights_differ) {
    Members members = equal_members(10);
    for (size_t i = 0; i < members.size(); ++i) {
        members[i].weight = static_cast<uint32_t>(50 + 50 * (i % 3));
    }
    const Entries with = filled(members);
    for (const MaglevMember &gone : members) {
        Members rest = members;
        std::erase(rest, gone);
        EXPECT_LT(moved(with, filled(rest), gone.number), 0.02) << "number " << gone.number;
    }
}

TEST(Maglev, does_not_depend_on_the_order_of_its_members) {
    std::mt19937 random(1);
    Members members = equal_members(20);
    const Entries entries = filled(members);
    for (int i = 0; i < 10; ++i) {
        std::shuffle(members.begin(), members.end(), random);
        EXPECT_EQ(filled(members), entries);
    }
}

// Hosts number their upstreams as they came to know them, and still have to send a name to the same one.
TEST(Maglev, does_not_depend_on_numbers) {
    Members members = equal_members(20);
    const Entries entries = filled(members);
    for (MaglevMember &member : members) {
        member.number = static_cast<uint16_t>(500 - 3 * member.number);
    }
    const Entries renumbered = filled(members);
    for (size_t i = 0; i < entries.size(); ++i) {
        ASSERT_EQ(renumbered[i], 500 - 3 * entries[i]);
    }
}

// A change of this is a change of who is asked for what, on every host that has been updated and not on the others.
TEST(Maglev, is_what_it_was) {
    const Entries entries = filled(equal_members(4));
    const std::vector<uint16_t> begin(entries.begin(), entries.begin() + 12);
    EXPECT_EQ(begin, (std::vector<uint16_t>{0, 1, 1, 1, 0, 3, 2, 0, 2, 3, 1, 0}));
}

TEST(MaglevIdentity, differs_in_every_octet) {
    std::vector<uint64_t> seen{maglev_identity({})};
    for (size_t octet = 0; octet < 16; ++octet) {
        for (int value = 1; value < 256; ++value) {
            IpAddress address;
            address.octets[octet] = static_cast<uint8_t>(value);
            seen.push_back(maglev_identity(address));
        }
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

} // namespace
} // namespace fastpath
