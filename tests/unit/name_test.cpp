// SPDX-License-Identifier: Apache-2.0
// Names between text and wire, with ldns as the oracle for both directions.
#include "dns/name.h"

#include "response_text.h"

#include <gtest/gtest.h>

namespace fastpath {
namespace {

using namespace std::string_literals;
using test::LdnsRdf;

WireName name_of(std::string_view text) {
    const auto name = name_from_text(text);
    EXPECT_TRUE(name) << name.error().message;
    return name.value_or(WireName{});
}

WireName wire_by_ldns(const std::string &text) {
    const LdnsRdf name(ldns_dname_new_frm_str(text.c_str()));
    EXPECT_TRUE(name) << text;
    const uint8_t *const data = ldns_rdf_data(name.get());
    return {data, data + ldns_rdf_size(name.get())};
}

std::string text_by_ldns(const WireName &wire) {
    const LdnsRdf name(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.size(), wire.data()));
    char *text = ldns_rdf2str(name.get());
    std::string copy = text;
    LDNS_FREE(text);
    return copy;
}

TEST(NameFromText, reads_what_ldns_reads) {
    for (const char *const text :
         {".", "com.", "www.example.com", "www.example.com.", "a\\.b.example.", "\\000\\255.x.", "\\\\.\\;.\\(\\)x.",
          "*.example.", "_dmarc.example.", "xn--bcher-kva.example.", "with space."}) {
        EXPECT_EQ(name_of(text), wire_by_ldns(text)) << text;
    }
}

TEST(NameFromText, folds_ascii_and_nothing_else) {
    EXPECT_EQ(name_of("WwW.ExAmPlE.CoM"), name_of("www.example.com."));
    EXPECT_EQ(name_of("\\065\\091\\064\\192.x"), (WireName{4, 'a', '[', '@', 192, 1, 'x', 0}));
}

TEST(NameFromText, keeps_to_the_lengths_of_rfc_1035) {
    const std::string label_63(63, 'a');
    EXPECT_EQ(name_of(label_63).size(), 65U);
    EXPECT_FALSE(name_from_text(label_63 + "a"));
    const std::string three = label_63 + "." + label_63 + "." + label_63 + ".";
    EXPECT_EQ(name_of(three + std::string(61, 'b')).size(), 255U);
    EXPECT_FALSE(name_from_text(three + std::string(62, 'b')));
}

TEST(NameFromText, refuses_what_is_no_name_and_says_which) {
    for (const std::string &text :
         {""s, ".."s, ".com"s, "a..b"s, "a.."s, "a\\"s, "a\\2"s, "a\\25"s, "a\\256"s, "a\\2x5"s}) {
        const auto name = name_from_text(text);
        ASSERT_FALSE(name) << text;
        EXPECT_NE(name.error().message.find("'" + text + "'"), std::string::npos) << name.error().message;
    }
}

TEST(NameToText, writes_every_octet_as_ldns_does_and_reads_it_back) {
    for (int octet = 0; octet < 256; ++octet) {
        const bool upper = octet >= 'A' && octet <= 'Z';
        const WireName wire{1, static_cast<uint8_t>(upper ? octet | 0x20 : octet), 3, 'n', 'e', 't', 0};
        const std::string text = name_to_text(wire);
        EXPECT_EQ(text, text_by_ldns(wire));
        EXPECT_EQ(name_of(text), wire);
    }
    EXPECT_EQ(name_to_text(WireName{0}), ".");
}

TEST(IsAtOrBelow, compares_whole_labels) {
    const auto below = [](std::string_view name, std::string_view zone) {
        return is_at_or_below(name_of(name), name_of(zone));
    };
    EXPECT_TRUE(below("example.com", "example.com"));
    EXPECT_TRUE(below("a.b.example.com", "example.com"));
    EXPECT_TRUE(below("example.com", "."));
    EXPECT_TRUE(below(".", "."));
    EXPECT_FALSE(below("badexample.com", "example.com"));
    EXPECT_FALSE(below("com", "example.com"));
    EXPECT_FALSE(below(".", "com"));
    EXPECT_FALSE(below("example.net", "example.com"));
    // The octets of the zone, but not at a label: the label is "x\007example".
    EXPECT_FALSE(below("x\\007example.com", "example.com"));
}

} // namespace
} // namespace fastpath
