// SPDX-License-Identifier: Apache-2.0
// Damaged configs, the same ones in every run: each is either refused with a place, or read and printed faithfully.
#include "config/contradiction.h"
#include "config/load.h"
#include "config/print.h"

#include <array>
#include <gtest/gtest.h>
#include <random>
#include <regex>

namespace fastpath {
namespace {

constexpr int rounds = 20'000;

constexpr std::array<std::string_view, 38> fragments = {
    "\n",
    "\t",
    " ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\"",
    "'",
    "#",
    "&a ",
    "*a",
    "!",
    "!!int ",
    "|",
    ">",
    "? ",
    "---\n",
    "...\n",
    "%YAML 1.1",
    "<<: ",
    "~",
    "\r",
    "\xef\xbb\xbf",
    "\xff\0",
    "10.0.0.1/",
    "1::/128",
    "-1",
    "cache:\n ",
    "max_ttl: ",
    "99999999999999999999",
    "default",
    "local",
    "198.18.0.2",
    "upstreams: ",
};

class Mutator {
  public:
    void damage(std::string &text) {
        const std::size_t at = below(text.size() + 1);
        switch (below(5)) {
        case 0:
            text.insert(at, fragments[below(fragments.size())]);
            break;
        case 1:
            text.erase(at, below(8) + 1);
            break;
        case 2:
            text.insert(at, 1, static_cast<char>(below(256)));
            break;
        case 3:
            text.insert(at, text.substr(below(text.size() + 1), below(40)));
            break;
        default:
            text.resize(at);
            break;
        }
    }

    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

  private:
    std::mt19937 random_{1}; // NOLINT(cert-msc51-cpp): every run has to see the same texts
};

const char *const rich_config = R"(interfaces: [eth0, {name: eth1, mode: native}]
az: use1-az1
listen:
  - {address: 198.18.0.2}
  - {address: "2001:db8::1", pool: vpc, view: mta}
pools:
  default:
    upstreams: [{address: local}, {address: 198.18.1.11, az: use1-az1, weight: 5, max_qps: 1000}]
  vpc: {upstreams: [{address: 198.18.2.11}]}
routes: [{zone: corp.example, pool: vpc}, {zone: ., pool: default}]
clients: [{prefix: 198.18.9.0/24, pool: vpc, view: mta}]
steering: {source_addresses: [198.18.0.2], source_ports: 20000-24095, timeout: 5s}
conntrack: {notrack: false}
acl: {allow: [10.0.0.0/8, "::1"], action: drop}
cache:
  max_entries: 1000
  min_ttl: 5
  max_ttl: 24h
edns: {payload_size: 1400, cookies: pass}
metrics: {listen: "[::1]:9153"}
)";

TEST(ConfigMutation, IsRefusedWithAPlaceOrReadFaithfully) {
    const std::regex error_form(R"(f\.yaml:[1-9][0-9]*:[1-9][0-9]*: [^\n]+)");
    Mutator mutator;
    int read = 0;
    int refused = 0;
    for (int round = 0; round < rounds; ++round) {
        std::string text = rich_config;
        for (std::size_t times = mutator.below(3) + 1; times > 0; --times) {
            mutator.damage(text);
        }
        const auto config = parse_config(text, "f.yaml");
        if (!config) {
            ++refused;
            ASSERT_TRUE(std::regex_match(config.error().message, error_form)) << config.error().message << "\n" << text;
            continue;
        }
        ++read;
        const auto again = parse_config(print_config(*config), "printed");
        ASSERT_TRUE(again) << again.error().message << "\n" << text;
        ASSERT_EQ(*again, *config) << text;
        ASSERT_FALSE(find_contradiction(*config)) << text;
    }
    // Both branches have to be worth something.
    EXPECT_GT(read, rounds / 50);
    EXPECT_GT(refused, rounds / 50);
}

} // namespace
} // namespace fastpath
