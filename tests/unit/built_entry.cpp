// SPDX-License-Identifier: Apache-2.0
#include "built_entry.h"

#include "dns/byte_order.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace fastpath::test {
namespace {

Message parsed(std::span<const uint8_t> wire) {
    auto message = parse_message(wire);
    if (!message) {
        throw std::invalid_argument(std::string(to_string(message.error())));
    }
    return *std::move(message);
}

Lifetime lowest_ttl(const Message &message) {
    Lifetime lifetime{.seconds = 5};
    if (!message.records.empty()) {
        const auto less = [](const Record &left, const Record &right) { return left.ttl < right.ttl; };
        lifetime.seconds = std::min_element(message.records.begin(), message.records.end(), less)->ttl;
    }
    return lifetime;
}

} // namespace

const CachePolicy unbounded{.max_ttl = std::numeric_limits<int32_t>::max()};

Response::Response(std::vector<uint8_t> octets) : wire(std::move(octets)), message(parsed(wire)) {}

Entry build(const Response &response, const EntryContext &context, const CachePolicy &policy) {
    auto entry = build_entry(response.message, lowest_ttl(response.message), context, policy);
    if (!entry) {
        throw std::invalid_argument(std::string(label(entry.error())));
    }
    return *std::move(entry);
}

std::vector<uint8_t> give_answer(const Response &query, const fp_answer &head, std::span<const uint8_t> body) {
    const Message &asked = query.message;
    std::vector<uint8_t> answer(query.wire.begin(), query.wire.begin() + asked.question_end);
    store_be16(answer, 2, static_cast<uint16_t>(FP_DNS_QR | FP_DNS_RD | head.flags));
    store_be16(answer, 6, head.ancount);
    store_be16(answer, 8, head.nscount);
    store_be16(answer, 10, static_cast<uint16_t>(head.arcount + (asked.opt ? 1 : 0)));
    answer.insert(answer.end(), body.begin(), body.end());
    if (asked.opt) {
        answer.insert(answer.end(), query.wire.begin() + asked.opt->offset, query.wire.begin() + asked.opt->end);
    }
    return answer;
}

uint16_t naive_sum(std::span<const uint8_t> octets) {
    uint32_t sum = 0;
    for (size_t i = 0; i < octets.size(); i += 2) {
        const uint8_t pair[] = {octets[i], i + 1 < octets.size() ? octets[i + 1] : uint8_t{0}};
        uint16_t word = 0;
        std::memcpy(&word, pair, sizeof(word));
        sum += word;
        sum = sum > 0xffff ? sum - 0xffff : sum;
    }
    return static_cast<uint16_t>(sum);
}

} // namespace fastpath::test
