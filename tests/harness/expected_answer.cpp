// SPDX-License-Identifier: Apache-2.0
#include "harness/expected_answer.h"

#include "dns/byte_order.h"

#include <algorithm>
#include <stdexcept>

namespace fastpath::test {
namespace {

constexpr uint32_t default_max_ttl = 86400;

void age_section(ldns_rr_list *records, uint32_t age) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
        ldns_rr *const record = ldns_rr_list_rr(records, i);
        ldns_rr_set_ttl(record, std::min(ldns_rr_ttl(record), default_max_ttl) - age);
    }
}

// OPT in the answer if and only if in the query; DO copied, nothing else (RFC 6891 6.1.1, RFC 3225 3).
void set_edns(ldns_pkt *packet, const DnsQuery &query, uint16_t payload_size) {
    if (query.edns) {
        ldns_pkt_set_edns_udp_size(packet, payload_size);
        ldns_pkt_set_edns_do(packet, (query.edns->flags & FP_EDNS_DO) != 0);
    }
}

Octets wire_of(const ldns_pkt *packet) {
    uint8_t *octets = nullptr;
    size_t size = 0;
    if (ldns_pkt2wire(&octets, packet, &size) != LDNS_STATUS_OK) {
        throw std::invalid_argument("ldns cannot write the expected answer");
    }
    Octets wire(octets, octets + size);
    LDNS_FREE(octets);
    return wire;
}

constexpr uint16_t flags_of_query = FP_DNS_RD | FP_DNS_CD; // copied (RFC 1035 4.1.1, RFC 4035 3.2.2)

} // namespace

Octets expected_answer(const DnsQuery &query, const ResponseText &response, uint32_t age, uint16_t payload_size) {
    ResponseText without_opt = response;
    without_opt.opt.reset();
    const LdnsPacket packet = parse_with_ldns(to_wire(without_opt));
    if (!packet) {
        throw std::invalid_argument("ldns does not read its own message for " + response.question);
    }
    age_section(ldns_pkt_answer(packet.get()), age);
    age_section(ldns_pkt_authority(packet.get()), age);
    age_section(ldns_pkt_additional(packet.get()), age);
    set_edns(packet.get(), query, payload_size);
    ldns_pkt_set_id(packet.get(), query.id);

    Octets wire = wire_of(packet.get());
    store_be16(wire, 2, static_cast<uint16_t>((response.flags & ~flags_of_query) | (query.flags & flags_of_query)));
    const Octets question = query.question();
    std::copy(question.begin(), question.end(), wire.begin() + FP_DNS_HEADER_LEN);
    return wire;
}

Octets expected_empty_answer(const DnsQuery &query, uint16_t flags, uint16_t payload_size) {
    DnsQuery answer = query;
    answer.flags = static_cast<uint16_t>(FP_DNS_QR | (flags & ~flags_of_query) | (query.flags & flags_of_query));
    if (query.edns) {
        answer.edns = Edns{.udp_size = payload_size, .flags = static_cast<uint16_t>(query.edns->flags & FP_EDNS_DO)};
    }
    return answer.octets();
}

} // namespace fastpath::test
