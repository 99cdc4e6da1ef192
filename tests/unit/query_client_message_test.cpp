// SPDX-License-Identifier: Apache-2.0
// The queries that QueryClient sends, read by ldns.
#include "upstream/own_query.h"

#include "response_text.h"

#include <gtest/gtest.h>

namespace fastpath {
namespace {

const OwnQuery www = {.name = name_from_text("www.example.com").value(), .type = 1};

test::LdnsPacket as_ldns_reads(const OwnQuery &query) {
    return test::parse_with_ldns(build_query(query, 0xbeef));
}

TEST(BuildQuery, IsAPlainQuestion) {
    const auto packet = as_ldns_reads(www);
    ASSERT_TRUE(packet);
    EXPECT_EQ(ldns_pkt_id(packet.get()), 0xbeef);
    EXPECT_FALSE(ldns_pkt_qr(packet.get()));
    EXPECT_TRUE(ldns_pkt_rd(packet.get()));
    EXPECT_FALSE(ldns_pkt_cd(packet.get()));
    EXPECT_FALSE(ldns_pkt_ad(packet.get()));
    EXPECT_FALSE(ldns_pkt_edns(packet.get()));
    ASSERT_EQ(ldns_pkt_qdcount(packet.get()), 1);
    const ldns_rr *const question = ldns_rr_list_rr(ldns_pkt_question(packet.get()), 0);
    EXPECT_EQ(ldns_rr_get_type(question), LDNS_RR_TYPE_A);
    EXPECT_EQ(ldns_rr_get_class(question), LDNS_RR_CLASS_IN);
    EXPECT_EQ(expand_name({ldns_rdf_data(ldns_rr_owner(question)), ldns_rdf_size(ldns_rr_owner(question))}, 0),
              www.name);
}

TEST(BuildQuery, CarriesTheBitsOfTheKey) {
    const auto packet =
        as_ldns_reads({.name = {0}, .type = 2, .bits = FP_QUERY_DO | FP_QUERY_CD | FP_QUERY_AD, .payload_size = 1232});
    ASSERT_TRUE(packet);
    EXPECT_TRUE(ldns_pkt_cd(packet.get()));
    EXPECT_TRUE(ldns_pkt_ad(packet.get()));
    EXPECT_TRUE(ldns_pkt_edns(packet.get()));
    EXPECT_TRUE(ldns_pkt_edns_do(packet.get()));
    EXPECT_EQ(ldns_pkt_edns_udp_size(packet.get()), 1232);
    EXPECT_EQ(ldns_pkt_edns_version(packet.get()), 0);
}

TEST(BuildQuery, SaysEdnsWithoutDo) {
    const auto packet = as_ldns_reads({.name = {0}, .type = 2, .payload_size = 4096});
    ASSERT_TRUE(packet);
    EXPECT_FALSE(ldns_pkt_edns_do(packet.get()));
    EXPECT_EQ(ldns_pkt_edns_udp_size(packet.get()), 4096);
}

// RFC 3225 3: the bit is in the OPT record. RFC 6891 6.2.3: a size below 512 means 512.
TEST(BuildQuery, DoBringsAnOptRecord) {
    const auto packet = as_ldns_reads({.name = {0}, .type = 2, .bits = FP_QUERY_DO});
    ASSERT_TRUE(packet);
    EXPECT_TRUE(ldns_pkt_edns_do(packet.get()));
    EXPECT_EQ(ldns_pkt_edns_udp_size(packet.get()), 512);
}

} // namespace
} // namespace fastpath
