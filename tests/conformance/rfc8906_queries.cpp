// SPDX-License-Identifier: Apache-2.0
#include "conformance/rfc8906_queries.h"

#include <optional>

namespace fastpath::test {
namespace {

constexpr uint16_t type_dnskey = 48;
constexpr uint16_t type_unknown = 1000; // TYPE1000, as the RFC writes it
constexpr uint16_t edns_flag = 0x0040;  // +ednsflags=0x40
constexpr uint16_t opcode_unknown = 15U << 11;

constexpr uint16_t option_nsid = 3, option_subnet = 8, option_expire = 9, option_unknown = 100;

struct Row {
    const char *section;
    const char *text;
    uint16_t qtype = type::soa;
    uint16_t flags = 0; // beside RD
    std::optional<Edns> edns{};
    bool tcp = false;
    bool header_only = false;
};

Octets nsid() {
    return edns_option(option_nsid, {});
}

Octets subnet() {
    return edns_option(option_subnet, {0, 1, 0, 0}); // 0.0.0.0/0
}

Octets cookie() {
    return edns_option(FP_EDNS_OPTION_COOKIE, {1, 2, 3, 4, 5, 6, 7, 8});
}

Octets all_options() {
    Octets options = nsid();
    append(options, cookie());
    append(options, edns_option(option_expire, {}));
    append(options, subnet());
    return options;
}

Octets unknown_option() {
    return edns_option(option_unknown, {});
}

const std::vector<Row> &table() {
    static const std::vector<Row> rows = {
        // 8.1: basic DNS
        {"8.1.1", "SOA"},
        {"8.1.2", "an unknown type", type_unknown},
        {"8.1.3.1", "CD", type::soa, FP_DNS_CD},
        {"8.1.3.2", "AD", type::soa, FP_DNS_AD},
        {"8.1.3.3", "the reserved bit", type::soa, FP_DNS_Z},
        {.section = "8.1.4", .text = "an unknown opcode", .flags = opcode_unknown, .header_only = true},
        {.section = "8.1.5", .text = "over TCP", .tcp = true},
        // The other header bits, and the opcode with a question: what a cache could mistake for a plain query.
        {"8.1.3", "RA", type::soa, FP_DNS_RA},
        {"8.1.3", "TC", type::soa, FP_DNS_TC},
        {"8.1.3", "AA", type::soa, FP_DNS_AA},
        {"8.1.3", "all header bits", type::soa, FP_DNS_CD | FP_DNS_AD | FP_DNS_Z | FP_DNS_RA | FP_DNS_TC | FP_DNS_AA},
        {"8.1.4", "an unknown opcode with a question", type::soa, opcode_unknown},
        // 8.2: extended DNS
        {"8.2.1", "EDNS", type::soa, 0, Edns{}},
        {"8.2.2", "EDNS version 1", type::soa, 0, Edns{.version = 1}},
        {"8.2.3", "an unknown option", type::soa, 0, Edns{.options = unknown_option()}},
        {"8.2.4", "an unknown EDNS flag", type::soa, 0, Edns{.flags = edns_flag}},
        {"8.2.5", "EDNS version 1, an unknown flag", type::soa, 0, Edns{.flags = edns_flag, .version = 1}},
        {"8.2.6", "EDNS version 1, an unknown option", type::soa, 0, Edns{.version = 1, .options = unknown_option()}},
        {"8.2.7", "DNSKEY with DO in 512 octets", type_dnskey, 0, Edns{.udp_size = 512, .flags = FP_EDNS_DO}},
        {"8.2.8", "DO", type::soa, 0, Edns{.flags = FP_EDNS_DO}},
        {"8.2.9", "EDNS version 1, DO", type::soa, 0, Edns{.flags = FP_EDNS_DO, .version = 1}},
        {"8.2.10", "several known options", type::soa, 0, Edns{.options = all_options()}},
        // And each of these apart, with the combinations that a cache could get wrong.
        {"8.2.10", "NSID", type::soa, 0, Edns{.options = nsid()}},
        {"8.2.10", "COOKIE", type::soa, 0, Edns{.options = cookie()}},
        {"8.2.10", "EXPIRE", type::soa, 0, Edns{.options = edns_option(option_expire, {})}},
        {"8.2.10", "SUBNET", type::soa, 0, Edns{.options = subnet()}},
        {"8.2.10", "NSID, DO", type::soa, 0, Edns{.flags = FP_EDNS_DO, .options = nsid()}},
        {"8.2.10", "COOKIE, DO in 512 octets", type_dnskey, 0,
         Edns{.udp_size = 512, .flags = FP_EDNS_DO, .options = cookie()}},
        {"8.2.10", "EDNS version 1, NSID", type::soa, 0, Edns{.version = 1, .options = nsid()}},
        {"8.2.10", "DO, an unknown flag, CD, AD", type::soa, FP_DNS_CD | FP_DNS_AD,
         Edns{.flags = FP_EDNS_DO | edns_flag}},
    };
    return rows;
}

Asking make_asking(const Row &row, const std::string &zone, bool recursive, bool ipv6) {
    Asking asking;
    asking.text = "RFC 8906 " + std::string(row.section) + ", " + row.text + " for " + zone +
                  (recursive ? "" : " RD=0") + (ipv6 ? ", IPv6" : "");
    asking.query = {.flags = static_cast<uint16_t>(row.flags | (recursive ? FP_DNS_RD : 0)),
                    .name = zone,
                    .qtype = row.qtype,
                    .edns = row.edns};
    asking.query.has_question = !row.header_only;
    asking.query.qdcount = row.header_only ? 0 : 1;
    asking.ipv6 = ipv6;
    asking.tcp = row.tcp;
    return asking;
}

} // namespace

std::vector<std::vector<Asking>> rfc8906_queries() {
    std::vector<std::vector<Asking>> groups;
    for (const Row &row : table()) {
        for (const bool ipv6 : {false, true}) {
            std::vector<Asking> group;
            for (const char *zone : {"mail.example.", "signed.example."}) {
                for (const bool recursive : {true, false}) {
                    group.push_back(make_asking(row, zone, recursive, ipv6));
                }
            }
            groups.push_back(group);
        }
    }
    return groups;
}

} // namespace fastpath::test
