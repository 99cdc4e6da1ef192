// SPDX-License-Identifier: Apache-2.0
#include "ctl/records.h"

// Before ldns, which otherwise defines bool, false and true as macros.
#include <stdbool.h> // NOLINT(modernize-deprecated-headers): it has that effect

#include <cstdlib>
#include <ldns/ldns.h>
#include <memory>

namespace fastpath::ctl {

namespace {

struct LdnsDeleter {
    void operator()(ldns_pkt *packet) const { ldns_pkt_free(packet); }
    void operator()(char *text) const { std::free(text); }
};
using Packet = std::unique_ptr<ldns_pkt, LdnsDeleter>;
using Text = std::unique_ptr<char, LdnsDeleter>;

// ldns hands out memory; a null pointer means that there was none left.
std::string take(char *text) {
    const Text owned(text);
    return owned ? owned.get() : "";
}

// ldns prints "owner TTL class type data" with tabs between the five. It escapes a tab in the owner, not in text data.
std::string data_of(const ldns_rr *rr) {
    std::string line = take(ldns_rr2str_fmt(ldns_output_format_nocomments, rr));
    size_t at = 0;
    for (int field = 0; field < 4; field++) {
        at = line.find('\t', at);
        if (at == std::string::npos) {
            return "";
        }
        at++;
    }
    return line.substr(at, line.find_last_not_of('\n') + 1 - at);
}

void append_section(std::vector<Record> &records, const char *section, const ldns_rr_list *list) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
        const ldns_rr *const rr = ldns_rr_list_rr(list, i);
        records.push_back({section, take(ldns_rdf2str(ldns_rr_owner(rr))), ldns_rr_ttl(rr),
                           take(ldns_rr_class2str(ldns_rr_get_class(rr))), take(ldns_rr_type2str(ldns_rr_get_type(rr))),
                           data_of(rr)});
    }
}

} // namespace

Result<std::vector<Record>> read_records(std::span<const uint8_t> message) {
    ldns_pkt *raw = nullptr;
    const ldns_status status = ldns_wire2pkt(&raw, message.data(), message.size());
    const Packet packet(raw);
    if (status != LDNS_STATUS_OK) {
        return fail(std::string("ldns cannot read it: ") + ldns_get_errorstr_by_id(status));
    }
    std::vector<Record> records;
    append_section(records, "answer", ldns_pkt_answer(packet.get()));
    append_section(records, "authority", ldns_pkt_authority(packet.get()));
    append_section(records, "additional", ldns_pkt_additional(packet.get()));
    return records;
}

} // namespace fastpath::ctl
