// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: whatever the octets, the reader, the policy and the entry builder stay within them, and an entry
// that comes out keeps its promises. The first octets choose query and settings (see Choices), the rest is the
// response.
#include "cache/age.h"
#include "cache/entry.h"
#include "cache/policy.h"
#include "dns/byte_order.h"
#include "dns/message.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace fastpath {
namespace {

// Stops the fuzzer with the line that does not hold.
#define FP_REQUIRE(condition)                                                                   \
    do {                                                                                        \
        if (!(condition)) {                                                                     \
            std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                       \
        }                                                                                       \
    } while (false)

struct Choices {
    static constexpr size_t size = 4;

    explicit Choices(std::span<const uint8_t> octets) {
        context.query_bits = octets[0] & (FP_QUERY_DO | FP_QUERY_CD | FP_QUERY_AD);
        context.limit = load_be16(octets, 2);
        policy.min_ttl = (octets[0] & 0x80) != 0 ? 60 : 0;
        policy.max_ttl = (octets[0] & 0x40) != 0 ? 600 : 86400;
        policy.max_negative_ttl = (octets[0] & 0x20) != 0 ? 30 : 3600;
        policy.failure_ttl = octets[1];
        policy.payload_size = (octets[0] & 0x10) != 0 ? 4096 : 1232;
    }

    EntryContext context;
    CachePolicy policy;
};

uint32_t as_sum(uint16_t sum) {
    return sum % 0xffff; // one's complement has two zeros
}

std::vector<uint16_t> ttl_offsets(const Entry &entry) {
    std::vector<uint16_t> offsets(entry.head.ttl_count);
    const size_t at = fp_pad8(entry.head.name_len);
    FP_REQUIRE(entry.front.size() == at + offsets.size() * sizeof(uint16_t));
    if (!offsets.empty()) {
        std::memcpy(offsets.data(), entry.front.data() + at, offsets.size() * sizeof(uint16_t));
    }
    return offsets;
}

// Header, question and body: what a client without EDNS gets.
std::vector<uint8_t> give_answer(const Message &message, const Entry &entry) {
    std::vector<uint8_t> answer(message.wire.begin(), message.wire.begin() + message.question_end);
    store_be16(answer, 6, entry.head.ancount);
    store_be16(answer, 8, entry.head.nscount);
    store_be16(answer, 10, entry.head.arcount);
    answer.insert(answer.end(), entry.body.begin(), entry.body.end());
    return answer;
}

void check_same_records(const Message &response, const Message &answer) {
    FP_REQUIRE(answer.qname == response.qname);
    FP_REQUIRE(answer.records.size() == response.records.size());
    for (size_t i = 0; i < answer.records.size(); ++i) {
        const Record &ours = answer.records[i];
        const Record &theirs = response.records[i];
        FP_REQUIRE(ours.section == theirs.section && ours.type == theirs.type && ours.rclass == theirs.rclass);
        FP_REQUIRE(ours.rdata_len == theirs.rdata_len);
        FP_REQUIRE(answer.owner(ours) == response.owner(theirs));
    }
    FP_REQUIRE(answer.pointers.size() == response.pointers.size());
    for (size_t i = 0; i < answer.pointers.size(); ++i) {
        FP_REQUIRE(expand_name(answer.wire, answer.pointers[i]) == expand_name(response.wire, response.pointers[i]));
    }
}

void check_ageing(const Entry &entry, uint32_t elapsed) {
    std::vector<uint8_t> old = entry.body;
    age_body(old, ttl_offsets(entry), elapsed);
    FP_REQUIRE(as_sum(aged_sum(entry.head, elapsed)) == as_sum(ones_complement_sum(old)));
}

void check_entry(const Message &message, const Lifetime &lifetime, const Entry &entry) {
    const fp_answer &head = entry.head;
    FP_REQUIRE(head.body_len == entry.body.size() && head.body_len <= FP_BODY_MAX && head.core_len <= head.body_len);
    FP_REQUIRE(head.lifetime == lifetime.seconds && head.lifetime > 0);
    FP_REQUIRE(head.ttl_count == head.ancount + head.nscount + head.arcount && head.ttl_odd <= head.ttl_count);

    const std::vector<uint8_t> answer_octets = give_answer(message, entry);
    const auto answer = parse_message(answer_octets);
    FP_REQUIRE(answer.has_value());
    check_same_records(message, *answer);

    const auto offsets = ttl_offsets(entry);
    for (size_t i = 0; i < offsets.size(); ++i) {
        FP_REQUIRE(offsets[i] + message.question_end == answer->records[i].ttl_offset);
        FP_REQUIRE(answer->records[i].ttl >= head.lifetime);
    }
    for (const uint32_t elapsed : {0U, 1U, head.lifetime / 2, head.lifetime - 1}) {
        check_ageing(entry, std::min(elapsed, head.lifetime - 1));
    }
}

} // namespace
} // namespace fastpath

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    using namespace fastpath;
    if (size < Choices::size) {
        return 0;
    }
    const std::span<const uint8_t> input(data, size);
    const Choices choices(input);
    const auto message = parse_message(input.subspan(Choices::size));
    if (!message) {
        return 0;
    }
    const auto lifetime = decide(*message, choices.context.query_bits, choices.policy);
    if (!lifetime) {
        return 0;
    }
    const auto entry = build_entry(*message, *lifetime, choices.context, choices.policy);
    if (entry) {
        check_entry(*message, *lifetime, *entry);
    }
    return 0;
}
