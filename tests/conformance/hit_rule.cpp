// SPDX-License-Identifier: Apache-2.0
#include "conformance/hit_rule.h"

#include "conformance/message.h"
#include "conformance/questions.h"
#include "dns/byte_order.h"

#include <algorithm>
#include <dns_fastpath/dns_wire.h>
#include <limits>

namespace fastpath::test {
namespace {

constexpr uint16_t payload_size = 1232; // the default of edns.payload_size
constexpr uint32_t failure_ttl = 5;     // the default of cache.failure_ttl
constexpr uint32_t ttl_margin = 2;      // for clocks that are read at different moments

bool is_data_type(uint16_t type) { // RFC 6895 3.1
    return type != 0 && type != FP_TYPE_OPT && (type < FP_TYPE_META_FIRST || type > FP_TYPE_META_LAST);
}

// Nothing, or one cookie of a length that RFC 7873 4 knows.
bool are_plain_options(const Octets &options) {
    if (options.empty()) {
        return true;
    }
    const size_t length = options.size() - 4;
    return options.size() > 4 && load_be16(options, 0) == FP_EDNS_OPTION_COOKIE && load_be16(options, 2) == length &&
           (length == FP_EDNS_COOKIE_CLIENT_LEN || (length >= FP_EDNS_COOKIE_MIN && length <= FP_EDNS_COOKIE_MAX));
}

bool is_plain_edns(const Edns &edns) {
    return edns.owner == Octets{0} && edns.type == FP_TYPE_OPT && edns.version == 0 && edns.extended_rcode == 0 &&
           !edns.options_length && are_plain_options(edns.options);
}

bool has_soa(const Message &message) {
    const auto &authority = message.sections[1];
    return std::any_of(authority.begin(), authority.end(),
                       [](const RecordSet &set) { return set.name.ends_with(" IN SOA"); });
}

bool is_failure(const Message &message) {
    return (message.flags & FP_DNS_RCODE) == FP_RCODE_SERVFAIL;
}

uint32_t lifetime(const Message &message) {
    uint32_t lowest = is_failure(message) ? failure_ttl : std::numeric_limits<uint32_t>::max();
    for (const auto &section : message.sections) {
        for (const RecordSet &set : section) {
            lowest = std::min(lowest, set.ttl);
        }
    }
    return lowest;
}

// Records of the type asked for: else the answer is negative, perhaps behind aliases.
bool has_data(const Message &message, const Question &question) {
    const auto &answer = message.sections[0];
    return std::any_of(answer.begin(), answer.end(),
                       [&](const RecordSet &set) { return set.name.ends_with(" IN " + question.type_text()); });
}

// RFC 2308 5: a negative answer without SOA is not cached.
bool is_complete(const Message &message, const Question &question) {
    const uint16_t rcode = message.flags & FP_DNS_RCODE;
    return is_failure(message) || (rcode == FP_RCODE_NOERROR && has_data(message, question)) ||
           ((rcode == FP_RCODE_NOERROR || rcode == FP_RCODE_NXDOMAIN) && has_soa(message));
}

// What an OPT says cannot be cached with the rest, except that it is there (RFC 6891 6.2.1).
bool can_be_learned(const Octets &octets, const Question &question, std::chrono::seconds age) {
    const Message message = read_message(octets);
    return message.readable && (message.flags & FP_DNS_TC) == 0 && message.options_len == 0 &&
           octets.size() <= payload_size && lifetime(message) > age.count() + ttl_margin &&
           is_complete(message, question);
}

// RFC 6891 6.2.3: less than 512 counts as 512.
uint16_t limit_of(const DnsQuery &query) {
    return std::max<uint16_t>(query.edns ? query.edns->udp_size : 0, FP_DNS_UDP_MIN);
}

// What was learned may be too large for this client although its own answer fits: where the resolver keeps the case of names
// (BIND), a client that mixes it gets their owners in full, and it may have been the first to ask.
bool may_be_larger(const Octets &octets, const DnsQuery &query, uint16_t limit) {
    return octets.size() + read_message(octets).counts[1] * query.name_octets().size() > limit;
}

} // namespace

bool is_eligible(const Asking &asking) {
    const DnsQuery &query = asking.query;
    return !asking.tcp && (query.flags & ~(FP_DNS_AD | FP_DNS_CD)) == FP_DNS_RD && query.qdcount == 1 &&
           query.ancount == 0 && query.nscount == 0 &&
           query.arcount.value_or(query.edns ? 1 : 0) == (query.edns ? 1 : 0) && query.tail.empty() &&
           query.qclass == FP_CLASS_IN && is_data_type(query.qtype) && (!query.edns || is_plain_edns(*query.edns));
}

Expected expected_of(const Asking &asking, const Reply &first, bool may_be_partial, std::chrono::seconds age) {
    if (!is_eligible(asking)) {
        return Expected::not_hit;
    }
    const uint16_t limit = limit_of(asking.query);
    if (!first || (limit < payload_size && (may_be_partial || may_be_larger(*first, asking.query, limit)))) {
        return Expected::anything;
    }
    const Question question = {asking.query.name, asking.query.qtype};
    return can_be_learned(*first, question, age) ? Expected::hit : Expected::anything;
}

} // namespace fastpath::test
