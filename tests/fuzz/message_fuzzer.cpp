// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: whatever the octets, the reader, the policy and the entry builder stay within them, and an entry
// that comes out keeps its promises. The first octets choose query and settings (see Choices), the rest is the
// response.
#include "cache/age.h"
#include "cache/entry.h"
#include "cache/front.h"
#include "cache/policy.h"
#include "dns/byte_order.h"
#include "dns/message.h"
#include "unit/plain_records.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

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

// Header, question and body: what a client without EDNS gets.
std::vector<uint8_t> give_answer(const Message &message, const fp_answer &head, const std::vector<uint8_t> &body) {
    std::vector<uint8_t> answer(message.wire.begin(), message.wire.begin() + message.question_end);
    store_be16(answer, 6, head.ancount);
    store_be16(answer, 8, head.nscount);
    store_be16(answer, 10, head.arcount);
    answer.insert(answer.end(), body.begin(), body.end());
    return answer;
}

bool is_same_but_ttl(test::PlainRecord ours, const test::PlainRecord &theirs) {
    ours.ttl = theirs.ttl; // they are bounded
    return ours == theirs;
}

// The same records, those of the RRset that is turned from number `first` of it on.
void check_records(const Message &response, const Message &answer, size_t first) {
    const RecordRange turned = records_to_turn(response);
    const auto theirs = test::plain_records(response);
    const auto ours = test::plain_records(answer);
    FP_REQUIRE(answer.qname == response.qname);
    FP_REQUIRE(ours.size() == theirs.size());
    for (size_t i = 0; i < ours.size(); ++i) {
        const bool moves = turned.contains(i);
        const size_t origin = moves ? turned.first + (i - turned.first + first) % turned.size() : i;
        FP_REQUIRE(is_same_but_ttl(ours[i], theirs[origin]));
    }
}

void check_sums(const BodySums &sums, const std::vector<uint8_t> &body, const std::vector<uint16_t> &ttl_offsets,
                uint32_t elapsed) {
    const auto count = static_cast<uint32_t>(ttl_offsets.size());
    std::vector<uint8_t> old = body;
    age_body(old, ttl_offsets, elapsed);
    FP_REQUIRE(as_sum(aged_sum(sums, count, elapsed)) == as_sum(ones_complement_sum(old)));
    std::vector<uint8_t> stale = body;
    for (const uint16_t at : ttl_offsets) {
        store_be32(stale, at, elapsed);
    }
    FP_REQUIRE(as_sum(stale_sum(sums, count, elapsed)) == as_sum(ones_complement_sum(stale)));
}

// A body in the order in which it is given, `first` being the number of the record that comes first in its RRset.
void check_order(const Message &message, const Entry &entry, const std::vector<uint8_t> &body, const BodySums &sums,
                 std::vector<uint16_t> ttl_offsets, size_t first) {
    const std::vector<uint8_t> octets = give_answer(message, entry.head, body);
    const auto answer = parse_message(octets);
    FP_REQUIRE(answer.has_value());
    check_records(message, *answer, first);

    const uint32_t lifetime = entry.head.lifetime;
    for (const uint32_t elapsed : {0U, 1U, lifetime / 2, lifetime - 1}) {
        check_sums(sums, body, ttl_offsets, std::min(elapsed, lifetime - 1));
    }
    std::sort(ttl_offsets.begin(), ttl_offsets.end());
    for (size_t i = 0; i < ttl_offsets.size(); ++i) {
        FP_REQUIRE(ttl_offsets[i] + message.question_end == answer->records[i].ttl_offset);
        FP_REQUIRE(answer->records[i].ttl >= lifetime);
    }
}

// How many records of the RRset stand before this octet of it.
size_t record_number(const Turns &turns, const std::vector<uint16_t> &ttl_offsets, uint16_t octet) {
    return static_cast<size_t>(std::count_if(ttl_offsets.begin(), ttl_offsets.end(), [&](uint16_t at) {
        return at >= turns.rrset.at && at < turns.rrset.at + octet;
    }));
}

void check_turns(const Message &message, const Entry &entry, const std::vector<uint16_t> &ttl_offsets) {
    const Turns turns = turns_of(entry.head, entry.front);
    size_t previous = 0;
    for (const fp_turn &turn : turns.list) {
        FP_REQUIRE(turn.first > previous && turn.first < turns.rrset.len);
        FP_REQUIRE(turns.rrset.at + turns.rrset.len <= entry.head.body_len);
        previous = turn.first;
        std::vector<uint16_t> moved(ttl_offsets.size());
        std::transform(ttl_offsets.begin(), ttl_offsets.end(), moved.begin(),
                       [&](uint16_t at) { return turned_offset(at, turns.rrset, turn.first); });
        check_order(message, entry, turned_body(entry.body, turns.rrset, turn.first), sums_of(turn), moved,
                    record_number(turns, ttl_offsets, turn.first));
    }
}

void check_swaps(const Entry &entry) {
    const std::optional<fp_swapped_rrset> swapped = turns_of(entry.head, entry.front).swapped;
    for (uint16_t other = 1; swapped && other < swapped->count; ++other) {
        FP_REQUIRE(swapped->at + other * swapped->step < entry.head.body_len);
        const std::vector<uint8_t> body = swapped_body(entry.body, *swapped, other);
        FP_REQUIRE(ones_complement_sum(body) % 0xffff == entry.head.body_sum % 0xffff);
    }
}

void check_entry(const Message &message, const Lifetime &lifetime, const Entry &entry) {
    const fp_answer &head = entry.head;
    FP_REQUIRE(head.body_len == entry.body.size() && head.body_len <= FP_BODY_MAX && head.lead_len <= head.body_len);
    FP_REQUIRE(head.lifetime == lifetime.seconds && head.lifetime > 0);
    FP_REQUIRE(head.ttl_odd <= ttl_count(head) &&
               (head.turn_count <= FP_TURNS_MAX || head.turn_count == FP_TURNS_SWAPPED));
    FP_REQUIRE(entry.front.size() == front_size(head));

    const std::vector<uint16_t> ttl_offsets = ttl_offsets_of(head, entry.front);
    check_order(message, entry, entry.body, sums_of(head), ttl_offsets, 0);
    check_swaps(entry);
    check_turns(message, entry, ttl_offsets);
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
