// SPDX-License-Identifier: Apache-2.0
// Addresses, prefixes, durations, numbers and quoting: text in, value out, text back.
#include "util/address.h"
#include "util/decimal.h"
#include "util/duration.h"
#include "util/quote.h"
#include "util/utf8.h"

#include <cstring>
#include <gtest/gtest.h>

namespace fastpath {
namespace {

using namespace std::chrono_literals;
using std::string_view_literals::operator""sv;

TEST(Address, IsKeptMappedAndPrintedNatively) {
    const IpAddress address = parse_address("192.0.2.1").value();

    EXPECT_EQ(address, parse_address("::ffff:192.0.2.1").value());
    EXPECT_TRUE(address.is_ipv4());
    EXPECT_EQ(to_string(address), "192.0.2.1");
}

TEST(Address, IsPrintedAsRfc5952Says) {
    EXPECT_EQ(to_string(parse_address("2001:DB8:0:0:0:0:0:1").value()), "2001:db8::1");
    EXPECT_EQ(to_string(parse_address("::").value()), "::");
}

TEST(Address, HasTheOctetsThatTheMapsHold) {
    const fp_addr abi = parse_address("192.0.2.1").value().abi();
    const unsigned char wanted[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};

    EXPECT_EQ(abi.word[2], FP_ADDR_MAPPED_WORD);
    EXPECT_EQ(std::memcmp(&abi, wanted, sizeof wanted), 0);
    EXPECT_EQ(to_string(IpAddress::from_abi(abi)), "192.0.2.1");
}

TEST(Address, KnowsTheLinkLocalRanges) {
    for (const char *text : {"169.254.0.1", "169.254.255.255", "fe80::1", "febf::1"}) {
        EXPECT_TRUE(parse_address(text).value().is_link_local()) << text;
    }
    for (const char *text : {"169.253.255.255", "169.255.0.0", "fe7f::1", "fec0::1", "::1", "10.0.0.1"}) {
        EXPECT_FALSE(parse_address(text).value().is_link_local()) << text;
    }
}

TEST(Address, KnowsWhatNobodyCanBeAskedAt) {
    for (const char *text : {"0.0.0.0", "::"}) {
        EXPECT_TRUE(parse_address(text).value().is_unspecified()) << text;
    }
    for (const char *text : {"224.0.0.0", "239.255.255.255", "255.255.255.255", "ff00::", "ff02::1"}) {
        EXPECT_TRUE(parse_address(text).value().is_multicast()) << text;
    }
    for (const char *text : {"0.0.0.1", "223.255.255.255", "240.0.0.1", "255.255.255.254", "::1", "fe80::1"}) {
        EXPECT_FALSE(parse_address(text).value().is_unspecified()) << text;
        EXPECT_FALSE(parse_address(text).value().is_multicast()) << text;
    }
}

TEST(Address, RefusesWhatInetPtonWouldNotOrMightNotRefuse) {
    for (const auto text :
         {""sv, "localhost"sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.01"sv, " 192.0.2.1"sv, "192.0.2.1 "sv,
          "192.0.2.1\0"sv, "192.0.2.1\0x"sv, "::1\0"sv, "fe80::1%eth0"sv, "1::2::3"sv, "[::1]"sv}) {
        EXPECT_FALSE(parse_address(text)) << in_quotes(text);
    }
}

TEST(Prefix, CountsItsLengthInTheMappedAddress) {
    EXPECT_EQ(parse_prefix("10.0.0.0/8").value().length, 104);
    EXPECT_EQ(parse_prefix("0.0.0.0/0").value().length, 96);
    EXPECT_EQ(parse_prefix("::/0").value().length, 0);
    EXPECT_EQ(parse_prefix("::1").value().length, 128);
}

TEST(Prefix, CoversWhatLiesWithinIt) {
    const auto covers = [](const char *outer, const char *inner) {
        return parse_prefix(outer).value().covers(parse_prefix(inner).value());
    };
    EXPECT_TRUE(covers("10.0.0.0/9", "10.127.255.255"));
    EXPECT_FALSE(covers("10.0.0.0/9", "10.128.0.0"));
    EXPECT_TRUE(covers("10.0.0.0/8", "10.0.0.0/8"));
    EXPECT_FALSE(covers("10.0.0.0/9", "10.0.0.0/8"));
    EXPECT_TRUE(covers("2001:db8::1", "2001:db8::1"));
    EXPECT_FALSE(covers("2001:db8::1", "2001:db8::2"));
    EXPECT_TRUE(covers("::/0", "192.0.2.1")) << "mapped";
    EXPECT_FALSE(covers("0.0.0.0/0", "2001:db8::1"));
}

TEST(Prefix, IsPrintedInItsOwnFamily) {
    for (const char *text : {"0.0.0.0/0", "10.0.0.0/8", "192.0.2.1/32", "::/0", "::/96", "::1/128", "2001:db8::/33"}) {
        EXPECT_EQ(to_string(parse_prefix(text).value()), text);
    }
    EXPECT_EQ(to_string(parse_prefix("192.0.2.1").value()), "192.0.2.1/32");
    EXPECT_EQ(to_string(parse_prefix("::ffff:10.0.0.0/104").value()), "10.0.0.0/8");
}

TEST(Prefix, SaysWhatIsWrongAndWhichIsRight) {
    const std::pair<const char *, const char *> cases[] = {
        {"10.0.0.1/8", "\"10.0.0.1/8\" has host bits set; the prefix is 10.0.0.0/8"},
        {"10.0.0.1/31", "\"10.0.0.1/31\" has host bits set; the prefix is 10.0.0.0/31"},
        {"2001:db8::1/127", "\"2001:db8::1/127\" has host bits set; the prefix is 2001:db8::/127"},
        {"128.0.0.0/0", "\"128.0.0.0/0\" has host bits set; the prefix is 0.0.0.0/0"},
        {"10.0.0.0/33", "\"10.0.0.0/33\": the length of an IPv4 prefix is a number from 0 to 32"},
        {"10.0.0.0/", "\"10.0.0.0/\": the length of an IPv4 prefix is a number from 0 to 32"},
        {"10.0.0.0/08", "\"10.0.0.0/08\": the length of an IPv4 prefix is a number from 0 to 32"},
        {"::/129", "\"::/129\": the length of an IPv6 prefix is a number from 0 to 128"},
        {"::/-1", "\"::/-1\": the length of an IPv6 prefix is a number from 0 to 128"},
        {"10/8", "\"10/8\" is not an IPv4 or IPv6 prefix"},
        {"", "\"\" is not an IPv4 or IPv6 prefix"},
    };
    for (const auto &[text, message] : cases) {
        const auto prefix = parse_prefix(text);
        ASSERT_FALSE(prefix) << text;
        EXPECT_EQ(prefix.error().message, message);
    }
}

TEST(SocketAddress, NeedsBracketsForIpv6AndAPort) {
    for (const char *text : {"127.0.0.1:9153", "0.0.0.0:1", "[::1]:65535"}) {
        EXPECT_EQ(to_string(parse_socket_address(text).value()), text);
    }
    for (const char *text :
         {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:http", ":9153", "::1:9153",
          "[::1]", "[::1]9153", "[127.0.0.1]:9153", "[:9153", "[]:9153", "localhost:9153"}) {
        EXPECT_FALSE(parse_socket_address(text)) << text;
    }
}

TEST(Duration, IsPlainSecondsOrHasOneUnit) {
    const std::pair<const char *, std::chrono::milliseconds> cases[] = {
        {"0", 0ms}, {"86400", 24h}, {"500ms", 500ms}, {"5s", 5s}, {"5m", 5min}, {"24h", 24h}, {"7d", 7 * 24h},
    };
    for (const auto &[text, duration] : cases) {
        EXPECT_EQ(parse_duration(text), duration) << text;
    }
    for (const char *text :
         {"", "s", "-1", "+1", "1.5s", "1 s", "1h30m", "05s", "1w", "1S", "36501d", "99999999999999999999"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(Duration, IsPrintedWithTheLargestUnitThatDividesIt) {
    const std::pair<std::chrono::milliseconds, const char *> cases[] = {
        {0ms, "0s"}, {1ms, "1ms"}, {1'500ms, "1500ms"}, {90s, "90s"}, {5min, "5m"}, {3600s, "1h"}, {7 * 24h, "7d"},
    };
    for (const auto &[duration, text] : cases) {
        EXPECT_EQ(format_duration(duration), text);
        EXPECT_EQ(parse_duration(text), duration);
    }
}

TEST(Decimal, IsDigitsOnlyAndFits) {
    EXPECT_EQ(parse_decimal("0"), 0U);
    EXPECT_EQ(parse_decimal("18446744073709551615"), UINT64_MAX);
    for (const char *text : {"", "-0", "+1", "00", "010", "1 ", "0x1", "1e3", "1_000", "18446744073709551616"}) {
        EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
    }
}

TEST(InQuotes, StaysOnOneLineAndShort) {
    EXPECT_EQ(in_quotes("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(in_quotes("a\n\x1b[31m\x7f\0"sv), R"("a\x0a\x1b[31m\x7f\x00")");
    EXPECT_EQ(in_quotes(std::string(64, 'x')), '"' + std::string(64, 'x') + '"');
    EXPECT_EQ(in_quotes(std::string(65, 'x')), '"' + std::string(64, 'x') + "...\"");
}

TEST(Utf8, KeepsWhatIsValid) {
    for (const std::string_view text :
         {"", "eth0", "\x7f", "\u00e9", "\u20ac", "\ud7ff", "\ue000", "\U0001f600", "\U0010ffff"}) {
        EXPECT_EQ(valid_utf8(text), text);
    }
    EXPECT_EQ(valid_utf8("a\0b"sv), "a\0b"sv);
}

TEST(Utf8, ReplacesEachOctetThatBelongsToNoCharacter) {
    const std::string mark = "\ufffd";
    EXPECT_EQ(valid_utf8("a\xff"
                         "b"),
              "a" + mark + "b");
    EXPECT_EQ(valid_utf8("\xc0\xaf"), mark + mark) << "overlong";
    EXPECT_EQ(valid_utf8("\xe0\x80\xaf"), mark + mark + mark) << "overlong";
    EXPECT_EQ(valid_utf8("\xed\xa0\x80"), mark + mark + mark) << "a surrogate";
    EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), mark + mark + mark + mark) << "beyond U+10FFFF";
    EXPECT_EQ(valid_utf8("\xe2\x82"), mark + mark) << "cut off";
    EXPECT_EQ(valid_utf8("\xc3("), mark + "(");
}

} // namespace
} // namespace fastpath
