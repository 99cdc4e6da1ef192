// SPDX-License-Identifier: Apache-2.0
// Queries of our own: header, question, OPT (RFC 1035 4.1, RFC 6891 6.1.2), and the way back (RFC 5452 9.1).
#include "upstream/own_query.h"

#include "dns/byte_order.h"

#include <algorithm>
#include <dns_fastpath/dns_wire.h>

namespace fastpath {
namespace {

constexpr size_t flags_at = 2;
constexpr size_t qdcount_at = 4;
constexpr size_t ancount_at = 6;
constexpr size_t nscount_at = 8;
constexpr size_t arcount_at = 10;

void append_be16(std::vector<uint8_t> &message, uint16_t value) {
    message.push_back(static_cast<uint8_t>(value >> 8));
    message.push_back(static_cast<uint8_t>(value));
}

uint16_t header_flags(uint8_t bits) {
    return static_cast<uint16_t>(FP_DNS_RD | ((bits & FP_QUERY_CD) != 0 ? FP_DNS_CD : 0) |
                                 ((bits & FP_QUERY_AD) != 0 ? FP_DNS_AD : 0));
}

void append_opt(std::vector<uint8_t> &message, const OwnQuery &query) {
    message.push_back(0); // the root owns it
    append_be16(message, FP_TYPE_OPT);
    append_be16(message, std::max<uint16_t>(query.payload_size, FP_DNS_UDP_MIN)); // RFC 6891 6.2.3
    append_be16(message, 0);                                                      // extended rcode, version
    append_be16(message, (query.bits & FP_QUERY_DO) != 0 ? FP_EDNS_DO : 0);
    append_be16(message, 0); // no options
    store_be16(message, arcount_at, 1);
}

// Of a message that build_query() made.
size_t question_end(std::span<const uint8_t> query) {
    size_t at = FP_DNS_HEADER_LEN;
    while (query[at] != 0) {
        at += 1U + query[at];
    }
    return at + 1 + FP_DNS_QTAIL_LEN;
}

bool equal_but_for_case(uint8_t left, uint8_t right) {
    return fp_lower8(left) == fp_lower8(right);
}

bool has_question_of(std::span<const uint8_t> query, std::span<const uint8_t> message) {
    const size_t end = question_end(query);
    if (message.size() < end) {
        return false;
    }
    // Of the octets of a name only letters have a case: lengths are below 'A'. Type and class are compared as they are.
    const size_t tail_at = end - FP_DNS_QTAIL_LEN;
    const auto asked = query.first(tail_at).subspan(FP_DNS_HEADER_LEN);
    return std::equal(asked.begin(), asked.end(), message.begin() + FP_DNS_HEADER_LEN, equal_but_for_case) &&
           load_be32(query, tail_at) == load_be32(message, tail_at);
}

// Says nothing about a name, so that nothing can be learned from it.
bool is_bare_error(std::span<const uint8_t> message) {
    const int rcode = load_be16(message, flags_at) & FP_DNS_RCODE;
    return rcode != FP_RCODE_NOERROR && rcode != FP_RCODE_NXDOMAIN && load_be16(message, ancount_at) == 0 &&
           load_be16(message, nscount_at) == 0;
}

} // namespace

std::vector<uint8_t> build_query(const OwnQuery &query, uint16_t id) {
    std::vector<uint8_t> message(FP_DNS_HEADER_LEN + query.name.size());
    store_be16(message, 0, id);
    store_be16(message, flags_at, header_flags(query.bits));
    store_be16(message, qdcount_at, 1);
    std::copy(query.name.begin(), query.name.end(), message.begin() + FP_DNS_HEADER_LEN);
    append_be16(message, query.type);
    append_be16(message, FP_CLASS_IN);
    if (query.payload_size != 0 || (query.bits & FP_QUERY_DO) != 0) {
        append_opt(message, query);
    }
    return message;
}

bool is_answer_to(std::span<const uint8_t> query, std::span<const uint8_t> message) {
    if (message.size() < FP_DNS_HEADER_LEN || load_be16(message, 0) != load_be16(query, 0) ||
        (load_be16(message, flags_at) & (FP_DNS_QR | FP_DNS_OPCODE)) != FP_DNS_QR) {
        return false;
    }
    switch (load_be16(message, qdcount_at)) {
    case 0:
        return is_bare_error(message);
    case 1:
        return has_question_of(query, message);
    default:
        return false;
    }
}

} // namespace fastpath
