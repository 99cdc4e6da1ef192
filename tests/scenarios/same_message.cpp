// SPDX-License-Identifier: Apache-2.0
#include "same_message.h"

#include "unit/response_text.h"

#include <algorithm>
#include <dns_fastpath/dns_wire.h>
#include <span>
#include <stdexcept>
#include <vector>

namespace fastpath::test {
namespace {

using Lines = std::vector<std::string>;

struct Free {
    void operator()(char *text) const { LDNS_FREE(text); }
};
using Text = std::unique_ptr<char, Free>;

struct RecordText {
    std::string set; // owner, class and type
    std::string all;
};

RecordText text_of(const ldns_rr *record) {
    const Text owner(ldns_rdf2str(ldns_rr_owner(record)));
    const Text all(ldns_rr2str(record));
    return {owner.get() + std::to_string(ldns_rr_get_class(record)) + " " + std::to_string(ldns_rr_get_type(record)),
            all.get()};
}

// The records of an RRset have no order (RFC 2181 5), so they are sorted.
Lines lines_of_section(const std::string &name, const ldns_rr_list *records) {
    Lines lines;
    size_t set_begins = 0;
    std::string set;
    for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
        const RecordText text = text_of(ldns_rr_list_rr(records, i));
        if (text.set != set) {
            std::sort(lines.begin() + static_cast<std::ptrdiff_t>(set_begins), lines.end());
            set_begins = i;
            set = text.set;
        }
        lines.push_back(name + ": " + text.all);
    }
    std::sort(lines.begin() + static_cast<std::ptrdiff_t>(set_begins), lines.end());
    return lines;
}

std::string line_of_opt(const ldns_pkt *packet) {
    if (!ldns_pkt_edns(packet)) {
        return "no OPT";
    }
    const ldns_rdf *const options = ldns_pkt_edns_data(packet);
    const Text option_text(options == nullptr ? nullptr : ldns_rdf2str(options));
    return "OPT: size " + std::to_string(ldns_pkt_edns_udp_size(packet)) + ", RCODE bits " +
           std::to_string(ldns_pkt_edns_extended_rcode(packet)) + ", version " +
           std::to_string(ldns_pkt_edns_version(packet)) + ", flags " + std::to_string(ldns_pkt_edns_z(packet)) +
           ", options " + (option_text ? option_text.get() : "none");
}

size_t question_end(const Octets &message) {
    size_t at = FP_DNS_HEADER_LEN;
    while (message.at(at) != 0) {
        at += 1U + message.at(at);
    }
    return at + 1 + FP_DNS_QTAIL_LEN;
}

Lines lines_of(const Octets &message) {
    const LdnsPacket packet = parse_with_ldns(message);
    if (!packet) {
        return {"a message that ldns cannot read: " + to_hex(message)};
    }
    const std::span octets(message);
    Lines lines{"header: " + to_hex(octets.first(FP_DNS_HEADER_LEN)),
                "question: " + to_hex(octets.first(question_end(message)).subspan(FP_DNS_HEADER_LEN))};
    for (const Lines &section : {lines_of_section("answer", ldns_pkt_answer(packet.get())),
                                 lines_of_section("authority", ldns_pkt_authority(packet.get())),
                                 lines_of_section("additional", ldns_pkt_additional(packet.get()))}) {
        lines.insert(lines.end(), section.begin(), section.end());
    }
    lines.push_back(line_of_opt(packet.get()));
    return lines;
}

} // namespace

std::string message_difference(const Octets &expected, const Octets &actual) {
    const Lines expected_lines = lines_of(expected);
    const Lines actual_lines = lines_of(actual);
    std::string text;
    for (size_t i = 0; i < std::max(expected_lines.size(), actual_lines.size()); i++) {
        const std::string wanted = i < expected_lines.size() ? expected_lines[i] : "nothing";
        const std::string got = i < actual_lines.size() ? actual_lines[i] : "nothing";
        text += wanted == got ? "" : "  expected " + wanted + "\n  got      " + got + "\n";
    }
    return text;
}

} // namespace fastpath::test
