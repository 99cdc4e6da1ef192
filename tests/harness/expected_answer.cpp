// SPDX-License-Identifier: Apache-2.0
#include "harness/expected_answer.h"

#include "dns/byte_order.h"

#include <algorithm>
#include <functional>
#include <sstream>
#include <stdexcept>

namespace fastpath::test {
namespace {

constexpr uint32_t default_max_ttl = 86400;

using TtlChange = std::function<uint32_t(uint32_t)>;

void change_ttls(ldns_rr_list *records, const TtlChange &change) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
        ldns_rr *const record = ldns_rr_list_rr(records, i);
        ldns_rr_set_ttl(record, change(ldns_rr_ttl(record)));
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

void add_extended_error(ldns_pkt *packet, uint16_t info_code) {
    Octets option(FP_EDNS_EDE_LEN);
    store_be16(option, 0, FP_EDNS_OPTION_EDE);
    store_be16(option, 2, sizeof(info_code));
    store_be16(option, 4, info_code);
    ldns_pkt_set_edns_data(packet, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, option.size(), option.data()));
}

Octets make_answer(const DnsQuery &query, const ResponseText &response, uint16_t payload_size,
                   std::optional<uint16_t> info_code, const TtlChange &ttl) {
    ResponseText without_opt = response;
    without_opt.opt.reset();
    const LdnsPacket packet = parse_with_ldns(to_wire(without_opt));
    if (!packet) {
        throw std::invalid_argument("ldns does not read its own message for " + response.question);
    }
    change_ttls(ldns_pkt_answer(packet.get()), ttl);
    change_ttls(ldns_pkt_authority(packet.get()), ttl);
    change_ttls(ldns_pkt_additional(packet.get()), ttl);
    set_edns(packet.get(), query, payload_size);
    if (query.edns && info_code) {
        add_extended_error(packet.get(), *info_code);
    }
    ldns_pkt_set_id(packet.get(), query.id);

    Octets wire = wire_of(packet.get());
    store_be16(wire, 2, static_cast<uint16_t>((response.flags & ~flags_of_query) | (query.flags & flags_of_query)));
    const Octets question = query.question();
    std::copy(question.begin(), question.end(), wire.begin() + FP_DNS_HEADER_LEN);
    return wire;
}

} // namespace

DnsQuery query_for(const ResponseText &response) {
    std::istringstream words(response.question);
    std::string name, rclass, type_name;
    words >> name >> rclass >> type_name;
    DnsQuery query = {.name = name, .qtype = static_cast<uint16_t>(ldns_get_rr_type_by_name(type_name.c_str()))};
    query.flags = static_cast<uint16_t>(FP_DNS_RD | (response.flags & FP_DNS_CD));
    if (response.opt) {
        query.edns = Edns{.flags = static_cast<uint16_t>(response.opt->flags & FP_EDNS_DO)};
    }
    return query;
}

Octets expected_answer(const DnsQuery &query, const ResponseText &response, uint32_t age, uint16_t payload_size) {
    return make_answer(query, response, payload_size, std::nullopt,
                       [age](uint32_t ttl) { return std::min(ttl, default_max_ttl) - age; });
}

Octets expected_stale_answer(const DnsQuery &query, const ResponseText &response, uint32_t ttl,
                             std::optional<uint16_t> info_code, uint16_t payload_size) {
    return make_answer(query, response, payload_size, info_code, [ttl](uint32_t) { return ttl; });
}

Octets compressed(const Octets &message) {
    const LdnsPacket packet = parse_with_ldns(message);
    if (!packet) {
        throw std::invalid_argument("ldns does not read the answer " + to_hex(message));
    }
    return wire_of(packet.get());
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
