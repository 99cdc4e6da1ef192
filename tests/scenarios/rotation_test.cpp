// SPDX-License-Identifier: Apache-2.0
// A set of records does not always begin with the same one (RFC 1794), and all else stays where it is.
#include "story.h"

#include <set>

namespace fastpath::test {
namespace {

class Rotation : public Story {
  protected:
    // The records of one answer for each throw of the dice up to `count`, without those that are the same; each is checked.
    std::set<Octets> answers_to(const DnsQuery &query, const ResponseText &response, int count) {
        std::set<Octets> answers;
        for (int i = 0; i < count; i++) {
            const Reply reply = client_asks(query);
            EXPECT_TRUE(reply.hits(response));
            answers.insert(reply.records());
        }
        return answers;
    }
};

// RFC 1794: each record comes first at times.
TEST_F(Rotation, BeginsWithEachRecordOfASet) {
    const ResponseText response = {
        .answer = {"www.example.com. 300 IN A 192.0.2.1", "www.example.com. 300 IN A 192.0.2.2",
                   "www.example.com. 300 IN A 192.0.2.3", "www.example.com. 300 IN A 192.0.2.4"}};
    const DnsQuery query = {.edns = Edns{}};
    client_learns(query, response);
    EXPECT_EQ(answers_to(query, response, 12).size(), 4U);
}

// Mail servers of one preference (RFC 1794), whose names point into the question.
TEST_F(Rotation, BeginsWithEachMailServer) {
    const ResponseText response = {
        .answer = {"example.com. 300 IN MX 10 mx1.example.com.", "example.com. 300 IN MX 10 mx2.example.com.",
                   "example.com. 300 IN MX 10 mx3.example.com."},
        .additional = {"mx1.example.com. 300 IN A 192.0.2.25", "mx3.example.com. 300 IN AAAA 2001:db8::25"}};
    const DnsQuery query = {.name = "example.com.", .qtype = type::mx, .edns = Edns{}};
    client_learns(query, response);
    EXPECT_EQ(answers_to(query, response, 12).size(), 3U);
}

// RFC 1034 3.6.2: a chain is read from the top; the addresses at its end change places.
TEST_F(Rotation, LeavesAChainInItsOrder) {
    const ResponseText response = {
        .answer = {"www.example.com. 300 IN CNAME a.example.com.", "a.example.com. 300 IN CNAME b.example.com.",
                   "b.example.com. 300 IN A 192.0.2.1", "b.example.com. 300 IN A 192.0.2.2"}};
    const DnsQuery query = {.edns = Edns{}};
    client_learns(query, response);
    EXPECT_EQ(answers_to(query, response, 12).size(), 2U);
}

// RFC 4035 3.1.1: signatures stay behind what they sign, and a set is signed in whatever order.
TEST_F(Rotation, LeavesSignaturesBehindWhatTheySign) {
    const ResponseText response = {
        .flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_DNS_AD,
        .answer = {"www.example.com. 300 IN A 192.0.2.1", "www.example.com. 300 IN A 192.0.2.2",
                   "www.example.com. 300 IN RRSIG A 13 3 300 20300101000000 20200101000000 1 "
                   "example.com. AAAA"}};
    const DnsQuery query = {.edns = Edns{.flags = FP_EDNS_DO}};
    client_learns(query, response);
    EXPECT_EQ(answers_to(query, response, 12).size(), 2U);
}

// RFC 1035 3.2.1: TTLs of different values travel with their records.
TEST_F(Rotation, KeepsEachRecordsTtl) {
    const ResponseText response = {.answer = {"www.example.com. 300 IN TXT odd", "www.example.com. 400 IN TXT even",
                                              "www.example.com. 500 IN TXT odder"}};
    const DnsQuery query = {.qtype = type::txt, .edns = Edns{}};
    client_learns(query, response);
    time_passes(299);
    for (int i = 0; i < 6; i++) {
        EXPECT_TRUE(client_asks(query).hits(response, 299));
    }
}

// One record is no set to be turned.
TEST_F(Rotation, LeavesASingleRecordAlone) {
    const ResponseText response = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};
    client_learns({}, response);
    EXPECT_EQ(answers_to({}, response, 12).size(), 1U);
}

} // namespace
} // namespace fastpath::test
