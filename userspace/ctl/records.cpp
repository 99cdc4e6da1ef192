// SPDX-License-Identifier: Apache-2.0
#include "ctl/records.h"

#include "util/decimal.h"

// Before ldns, which otherwise defines bool, false and true as macros.
#include <stdbool.h> // NOLINT(modernize-deprecated-headers): it has that effect

#include <cstdlib>
#include <ldns/ldns.h>
#include <memory>
#include <string_view>
#include <strings.h>

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

std::string type_name(uint16_t type) {
    return take(ldns_rr_type2str(static_cast<ldns_rr_type>(type)));
}

std::optional<uint16_t> type_from_text(const std::string &text) {
    constexpr std::string_view by_number = "TYPE"; // RFC 3597 5; ldns would take TYPE15x for 15
    const bool is_number = text.size() > by_number.size() && ::strncasecmp(text.c_str(), "TYPE", by_number.size()) == 0;
    const std::optional<uint64_t> type = is_number ? parse_decimal(text.substr(by_number.size()))
                                                   : static_cast<uint64_t>(ldns_get_rr_type_by_name(text.c_str()));
    return type && *type != 0 && *type <= UINT16_MAX ? std::optional(static_cast<uint16_t>(*type)) : std::nullopt;
}

} // namespace fastpath::ctl
