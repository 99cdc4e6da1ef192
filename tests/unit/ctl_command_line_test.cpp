// SPDX-License-Identifier: Apache-2.0
// The command line of dns-fastpathctl.
#include "ctl/command_line.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sstream>

namespace fastpath::ctl {
namespace {

struct Parsed {
    tl::expected<Invocation, ExitCode> result;
    std::string out;
    std::string err;
};

Parsed parse(std::vector<const char *> words) {
    words.insert(words.begin(), "dns-fastpathctl");
    std::ostringstream out;
    std::ostringstream err;
    auto result = parse_command_line(static_cast<int>(words.size()), words.data(), out, err);
    return {std::move(result), out.str(), err.str()};
}

TEST(CommandLine, FindsEachCommand) {
    EXPECT_EQ(parse({"status"}).result->command, &show_status);
    EXPECT_EQ(parse({"stats"}).result->command, &show_stats);
    EXPECT_EQ(parse({"detach"}).result->command, &detach);
    EXPECT_EQ(parse({"doctor"}).result->command, &show_doctor);
    EXPECT_EQ(parse({"reload"}).result->command, &reload);
    EXPECT_EQ(parse({"top", "names"}).result->command, &show_top);
    EXPECT_EQ(parse({"explain", "example.com", "A"}).result->command, &explain);
    EXPECT_EQ(parse({"capture", "-"}).result->command, &capture);
    EXPECT_EQ(parse({"upstreams"}).result->command, &show_upstreams);
    EXPECT_EQ(parse({"drain", "local"}).result->command, &drain);
    EXPECT_EQ(parse({"undrain", "local"}).result->command, &undrain);
    EXPECT_EQ(parse({"cache", "get", "example.com"}).result->command, &cache_get);
    EXPECT_EQ(parse({"cache", "dump"}).result->command, &cache_dump);
    EXPECT_EQ(parse({"cache", "flush", "example.com"}).result->command, &cache_flush);
    EXPECT_EQ(parse({"cache", "flush-zone", "example.com"}).result->command, &cache_flush);
    EXPECT_EQ(parse({"cache", "save", "-"}).result->command, &cache_save);
    EXPECT_EQ(parse({"cache", "load", "/a/file"}).result->command, &cache_load);
    EXPECT_EQ(parse({"cache", "flush-all"}).result->command, &cache_flush);
}

// A flush that lost its argument on the way would flush everything.
TEST(CommandLine, HandsOverNameZoneAndType) {
    const Invocation name = parse({"cache", "flush", "WWW.Example.com", "mx"}).result.value();
    EXPECT_EQ(name.name, name_from_text("www.example.com.").value());
    EXPECT_EQ(name.qtype, 15);
    EXPECT_EQ(name.zone, std::nullopt);

    const Invocation zone = parse({"cache", "flush-zone", "."}).result.value();
    EXPECT_EQ(zone.zone, name_from_text(".").value());
    EXPECT_EQ(zone.name, std::nullopt);

    const Invocation all = parse({"cache", "flush-all"}).result.value();
    EXPECT_EQ(all.name, std::nullopt);
    EXPECT_EQ(all.zone, std::nullopt);
}

// As `upstreams` writes it, so that the two can be compared.
TEST(CommandLine, HandsOverAnUpstreamInOneForm) {
    EXPECT_EQ(parse({"drain", "198.18.1.11"}).result->upstream, "198.18.1.11");
    EXPECT_EQ(parse({"drain", "2001:DB8:0::11"}).result->upstream, "2001:db8::11");
    EXPECT_EQ(parse({"undrain", "local"}).result->upstream, "local");
}

TEST(CommandLine, HandsOverWhatTopIsAbout) {
    EXPECT_EQ(parse({"top", "names"}).result->top_of, TopOf::names);
    EXPECT_EQ(parse({"top", "names"}).result->rows, 10);
    EXPECT_EQ(parse({"top", "clients"}).result->top_of, TopOf::clients);
    EXPECT_EQ(parse({"top", "types", "-n", "3"}).result->top_of, TopOf::types);
    EXPECT_EQ(parse({"top", "types", "-n", "3"}).result->rows, 3);
}

TEST(CommandLine, HandsOverTheQueryToExplain) {
    const Invocation plain = parse({"explain", "example.com", "MX"}).result.value();
    EXPECT_EQ(plain.name, name_from_text("example.com").value());
    EXPECT_EQ(plain.qtype, 15);
    EXPECT_EQ(plain.query.payload_size, 1232);
    EXPECT_FALSE(plain.query.dnssec_ok || plain.query.checking_disabled || plain.query.authentic_data);
    EXPECT_FALSE(plain.client || plain.server);

    const Invocation rich = parse({"explain", "example.com", "MX", "--client", "198.18.9.7", "--server", "198.18.0.2",
                                   "--do", "--cd", "--ad", "--edns", "4096"})
                                .result.value();
    EXPECT_EQ(rich.client, parse_address("198.18.9.7").value());
    EXPECT_EQ(rich.server, parse_address("198.18.0.2").value());
    EXPECT_TRUE(rich.query.dnssec_ok && rich.query.checking_disabled && rich.query.authentic_data);
    EXPECT_EQ(rich.query.payload_size, 4096);
    EXPECT_EQ(parse({"explain", "example.com", "MX", "--no-edns"}).result->query.payload_size, std::nullopt);
}

TEST(CommandLine, HandsOverTheFilterOfACapture) {
    const CaptureOptions plain = parse({"capture", "x.pcapng"}).result->capture;
    EXPECT_EQ(plain.file, "x.pcapng");
    EXPECT_EQ(plain.filter.per_second, 1000);
    EXPECT_EQ(plain.filter.verdicts, ~(1U << XDP_PASS)) << "tcpdump sees the rest";
    EXPECT_EQ(plain.filter.zone_len, 0);
    EXPECT_FALSE(plain.count || plain.seconds);

    const CaptureOptions rich = parse({"capture", "-", "--address", "198.18.8.0/21", "--zone", "Example", "--verdict",
                                       "tx,drop", "--rate", "5", "--count", "7", "--seconds", "9"})
                                    .result->capture;
    EXPECT_EQ(IpAddress::from_abi(rich.filter.address), parse_address("198.18.8.0").value());
    EXPECT_EQ(IpAddress::from_abi(rich.filter.address_mask),
              parse_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:f800").value());
    EXPECT_EQ(rich.filter.zone_len, 9);
    EXPECT_EQ(rich.filter.zone[1], 'e');
    EXPECT_EQ(rich.filter.verdicts, 1U << XDP_TX | 1U << XDP_DROP);
    EXPECT_EQ(rich.filter.per_second, 5);
    EXPECT_EQ(rich.count, 7);
    EXPECT_EQ(rich.seconds, 9);
}

TEST(CommandLine, TakesGlobalOptionsBeforeAndBehindTheCommand) {
    EXPECT_EQ(parse({"status"}).result->pins, FP_PIN_ROOT);
    EXPECT_FALSE(parse({"status"}).result->json);
    for (const auto &words : {std::vector{"--json", "--pins", "/p", "cache", "get", "a"},
                              std::vector{"cache", "get", "a", "--json", "--pins", "/p"}}) {
        const Invocation asked = parse(words).result.value();
        EXPECT_TRUE(asked.json);
        EXPECT_EQ(asked.pins, "/p");
    }
}

TEST(CommandLine, TakesANameThatIsAlsoACommand) {
    EXPECT_EQ(parse({"cache", "get", "status"}).result->name, name_from_text("status").value());
}

TEST(CommandLine, RefusesBadUsage) {
    const std::vector<std::vector<const char *>> bad = {
        {},
        {"frobnicate"},
        {"cache"},
        {"status", "--frobnicate"},
        {"status", "extra"},
        {"cache", "get"},
        {"cache", "get", ""},
        {"cache", "get", "a..b"},
        {"cache", "get", "a", "FOO"},
        {"cache", "get", "a", "MX", "extra"},
        {"cache", "flush"},
        {"cache", "flush", ""},
        {"cache", "save"},
        {"cache", "load", ""},
        {"cache", "flush-zone"},
        {"cache", "flush-zone", ""},
        {"cache", "flush-all", "a"},
        {"drain"},
        {"drain", ""},
        {"drain", "198.18.1"},
        {"drain", "Local"},
        {"drain", "198.18.1.11", "198.18.1.12"},
        {"undrain", "198.18.1.11:53"},
        {"upstreams", "198.18.1.11"},
        {"--pins"},
        {"top"},
        {"top", "resolvers"},
        {"top", "names", "-n", "0"},
        {"explain", "example.com"},
        {"explain", "example.com", "FOO"},
        {"explain", "example.com", "A", "--client", "nobody"},
        {"explain", "example.com", "A", "--edns", "65536"},
        {"explain", "example.com", "A", "--no-edns", "--do"},
        {"capture"},
        {"capture", "x", "--address", "198.18.8.1/21"},
        {"capture", "x", "--zone", "a..b"},
        {"capture", "x", "--verdict", "maybe"},
        {"capture", "x", "--rate", "0"},
        {"capture", "x", "--count", "0"},
        {"capture", "-", "--json"},
    };
    for (const auto &words : bad) {
        const Parsed parsed = parse(words);
        const std::string shown = testing::PrintToString(words);
        ASSERT_FALSE(parsed.result) << shown;
        EXPECT_EQ(parsed.result.error(), ExitCode::usage) << shown;
        EXPECT_FALSE(parsed.err.empty()) << shown;
        EXPECT_TRUE(parsed.out.empty()) << shown;
    }
}

TEST(CommandLine, AnswersHelpAndVersion) {
    const Parsed version = parse({"--version"});
    EXPECT_EQ(version.result.error(), ExitCode::fine);
    EXPECT_EQ(version.out.find("dns-fastpathctl "), 0);

    const Parsed help = parse({"cache", "--help"});
    EXPECT_EQ(help.result.error(), ExitCode::fine);
    EXPECT_NE(help.out.find("flush-zone"), std::string::npos);
}

} // namespace
} // namespace fastpath::ctl
