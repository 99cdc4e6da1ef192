// SPDX-License-Identifier: Apache-2.0
// The cache key: what makes keys differ, and that the arithmetic of dns_fastpath/hash.h is what it says.
#include "dns/name.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <random>

namespace fastpath {
namespace {

using HashKey = std::array<uint32_t, FP_HASH_KEY_WORDS>;

HashKey random_key(uint64_t seed) {
    std::mt19937_64 random(seed);
    HashKey key;
    for (uint32_t &word : key) {
        word = static_cast<uint32_t>(random());
    }
    return key;
}

WireName name_of(std::string_view text) {
    const auto name = name_from_text(text);
    EXPECT_TRUE(name) << name.error().message;
    return name.value_or(WireName{});
}

uint8_t naive_lower(uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? static_cast<uint8_t>(octet + 'a' - 'A') : octet;
}

TEST(Lower8, changes_capital_letters_alone_at_every_position_and_beside_every_neighbour) {
    for (int value = 0; value < 256; ++value) {
        for (const uint8_t neighbour : std::to_array<uint8_t>({0x00, 0x3f, 'A', 'Z', 'z', 0x7f, 0x80, 0xff})) {
            for (size_t position = 0; position < 8; ++position) {
                std::array<uint8_t, 8> octets;
                octets.fill(neighbour);
                octets[position] = static_cast<uint8_t>(value);
                std::array<uint8_t, 8> expected;
                std::transform(octets.begin(), octets.end(), expected.begin(), naive_lower);

                __u64 word = 0;
                std::memcpy(&word, octets.data(), sizeof(word));
                word = fp_lower8(word);
                std::array<uint8_t, 8> lowered;
                std::memcpy(lowered.data(), &word, sizeof(word));
                ASSERT_EQ(lowered, expected) << "octet " << value << " at " << position << " beside " << int{neighbour};
            }
        }
    }
}

// The two lanes, straight from RFC 4418 5.2.2 and without the helpers of hash.h but for the finaliser.
fp_key naive_key(const WireName &name, uint16_t qtype, uint8_t bits, uint16_t view, const HashKey &hash_key) {
    std::vector<uint32_t> halves{static_cast<uint32_t>(qtype) | static_cast<uint32_t>(bits) << 16 |
                                     static_cast<uint32_t>(name.size()) << 24,
                                 view};
    WireName padded = name;
    padded.resize((name.size() + 7) / 8 * 8);
    for (size_t at = 0; at < padded.size(); at += sizeof(uint32_t)) {
        uint32_t half = 0;
        std::memcpy(&half, &padded[at], sizeof(half));
        halves.push_back(half);
    }
    fp_key key{};
    for (size_t lane = 0; lane < 2; ++lane) {
        for (size_t i = 0; i < halves.size(); i += 2) {
            const size_t k = i + lane * FP_HASH_LANE_SHIFT;
            const uint64_t left = static_cast<uint32_t>(halves[i] + hash_key[k]);
            const uint64_t right = static_cast<uint32_t>(halves[i + 1] + hash_key[k + 1]);
            key.hash[lane] += left * right;
        }
        key.hash[lane] = fp_hash_mix(key.hash[lane]);
    }
    return key;
}

std::pair<uint64_t, uint64_t> as_pair(const fp_key &key) {
    return {key.hash[0], key.hash[1]};
}

TEST(KeyOf, is_nh_over_the_padded_name_whatever_its_length) {
    const HashKey hash_key = random_key(1);
    for (uint8_t size = 1; size != 0; ++size) { // 1 to 255 octets
        WireName name(size, 'x');
        name.back() = 0;
        const fp_key key = key_of(name, 15, FP_QUERY_DO, 7, hash_key);
        EXPECT_EQ(as_pair(key), as_pair(naive_key(name, 15, FP_QUERY_DO, 7, hash_key))) << int{size};
    }
}

TEST(KeyOf, differs_with_each_part_of_the_question) {
    const HashKey hash_key = random_key(2);
    std::map<std::pair<uint64_t, uint64_t>, std::string> seen;
    const auto add = [&seen](const fp_key &key, const std::string &what) {
        const auto [at, is_new] = seen.emplace(as_pair(key), what);
        EXPECT_TRUE(is_new) << what << " has the key of " << at->second;
    };
    // Each list holds neighbours that a sloppy packing of the head word would confuse.
    for (const char *name :
         {".", "com", "example.com", "www.example.com", "example.com.www", "a.b", "ab", "\\000", "\\000\\000"}) {
        for (const uint16_t qtype : std::to_array<uint16_t>({1, 2, 28, 256, 257, 65280})) {
            for (uint8_t bits = 0; bits < 8; ++bits) {
                for (const uint16_t view : std::to_array<uint16_t>({0, 1, 256, 65535})) {
                    add(key_of(name_of(name), qtype, bits, view, hash_key),
                        std::string(name) + " type " + std::to_string(qtype) + " bits " + std::to_string(bits) +
                            " view " + std::to_string(view));
                }
            }
        }
    }
    EXPECT_EQ(seen.size(), 9U * 6 * 8 * 4);
}

TEST(KeyOf, differs_with_the_seed) {
    const WireName name = name_of("www.example.com");
    EXPECT_NE(as_pair(key_of(name, 1, 0, 0, random_key(3))), as_pair(key_of(name, 1, 0, 0, random_key(4))));
}

TEST(KeyOf, does_not_know_the_case_of_the_query) {
    const HashKey hash_key = random_key(5);
    const fp_key lower = key_of(name_of("www.example.com"), 1, 0, 0, hash_key);
    EXPECT_EQ(as_pair(key_of(name_of("WwW.eXaMpLe.CoM"), 1, 0, 0, hash_key)), as_pair(lower));

    // As BPF does it: from the packet, eight octets at a time, folded on the way.
    const std::string_view packet("\3WwW\7eXaMpLe\3CoM\0\0\0\0\0\0\0\0", 24);
    fp_key folded{};
    fp_hash_add(&folded, hash_key.data(), 0, fp_hash_head(1, 0, 17, 0));
    for (uint32_t i = 0; i < 3; ++i) {
        __u64 word = 0;
        std::memcpy(&word, packet.data() + 8 * static_cast<size_t>(i), sizeof(word));
        fp_hash_add(&folded, hash_key.data(), 1 + i, fp_lower8(word));
    }
    fp_hash_finish(&folded);
    EXPECT_EQ(as_pair(folded), as_pair(lower));
}

// Bucket and tag are cut out of the key, so names that differ little have to spread over both.
TEST(KeyOf, spreads_similar_names_over_buckets_and_tags) {
    const HashKey hash_key = random_key(6);
    constexpr size_t buckets = 1024;
    constexpr int names = 64 * buckets;
    std::array<int, buckets> by_hash{};
    std::array<int, buckets> by_tag{};
    for (int i = 0; i < names; ++i) {
        const fp_key key = key_of(name_of("host" + std::to_string(i) + ".example.com"), 1, 0, 0, hash_key);
        ++by_hash[key.hash[0] % buckets];
        ++by_tag[key.hash[1] % buckets];
    }
    // 64 are expected in each, with a standard deviation of 8; 128 would be eight of them away.
    EXPECT_LT(*std::max_element(by_hash.begin(), by_hash.end()), 128);
    EXPECT_LT(*std::max_element(by_tag.begin(), by_tag.end()), 128);
}

} // namespace
} // namespace fastpath
