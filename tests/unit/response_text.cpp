// SPDX-License-Identifier: Apache-2.0
#include "response_text.h"

#include "dns/byte_order.h"

#include <algorithm>
#include <stdexcept>

namespace fastpath::test {
namespace {

ldns_rr *parse_record(const std::string &text) {
    ldns_rr *record = nullptr;
    const ldns_status status = ldns_rr_new_frm_str(&record, text.c_str(), 0, nullptr, nullptr);
    if (status != LDNS_STATUS_OK) {
        throw std::invalid_argument(text + ": " + ldns_get_errorstr_by_id(status));
    }
    return record;
}

ldns_rr *make_opt(const OptText &text) {
    ldns_rr *opt = ldns_rr_new();
    ldns_rr_set_owner(opt, ldns_dname_new_frm_str("."));
    ldns_rr_set_type(opt, LDNS_RR_TYPE_OPT);
    ldns_rr_set_class(opt, static_cast<ldns_rr_class>(text.udp_size));
    ldns_rr_set_ttl(opt, static_cast<uint32_t>(text.extended_rcode) << 24 | static_cast<uint32_t>(text.version) << 16 |
                             text.flags);
    if (!text.options.empty()) {
        ldns_rr_push_rdf(opt, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, text.options.size(), text.options.data()));
    }
    return opt;
}

void push_records(ldns_pkt *packet, ldns_pkt_section section, const std::vector<std::string> &texts) {
    for (const std::string &text : texts) {
        ldns_pkt_push_rr(packet, section, parse_record(text));
    }
}

void push_additional(ldns_pkt *packet, const ResponseText &text) {
    std::vector<ldns_rr *> records(text.additional.size());
    std::transform(text.additional.begin(), text.additional.end(), records.begin(), parse_record);
    if (text.opt) {
        records.insert(records.end() - static_cast<ptrdiff_t>(text.opt->records_behind), make_opt(*text.opt));
    }
    for (ldns_rr *record : records) {
        ldns_pkt_push_rr(packet, LDNS_SECTION_ADDITIONAL, record);
    }
}

} // namespace

std::vector<uint8_t> to_wire(const ResponseText &text) {
    const LdnsPacket packet(ldns_pkt_new());
    ldns_pkt_set_id(packet.get(), 0x1234);
    ldns_rr *question = nullptr;
    if (ldns_rr_new_question_frm_str(&question, text.question.c_str(), nullptr, nullptr) != LDNS_STATUS_OK) {
        throw std::invalid_argument(text.question);
    }
    ldns_pkt_push_rr(packet.get(), LDNS_SECTION_QUESTION, question);
    push_records(packet.get(), LDNS_SECTION_ANSWER, text.answer);
    push_records(packet.get(), LDNS_SECTION_AUTHORITY, text.authority);
    push_additional(packet.get(), text);

    uint8_t *octets = nullptr;
    size_t size = 0;
    if (ldns_pkt2wire(&octets, packet.get(), &size) != LDNS_STATUS_OK) {
        throw std::invalid_argument(text.question + ": ldns cannot write this message");
    }
    std::vector<uint8_t> wire(octets, octets + size);
    LDNS_FREE(octets);
    store_be16(wire, 2, text.flags);
    return wire;
}

LdnsPacket parse_with_ldns(const std::vector<uint8_t> &wire) {
    ldns_pkt *packet = nullptr;
    if (ldns_wire2pkt(&packet, wire.data(), wire.size()) != LDNS_STATUS_OK) {
        return nullptr;
    }
    return LdnsPacket(packet);
}

} // namespace fastpath::test
