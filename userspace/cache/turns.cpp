// SPDX-License-Identifier: Apache-2.0
#include "cache/turns.h"

#include "cache/age.h"
#include "dns/rr_type.h"

#include <algorithm>

namespace fastpath {
namespace {

fp_turn make_turn(const Body &body, const fp_turned_rrset &rrset, uint16_t first) {
    std::vector<uint16_t> ttl_offsets(body.ttl_offsets.size());
    std::transform(body.ttl_offsets.begin(), body.ttl_offsets.end(), ttl_offsets.begin(),
                   [&](uint16_t at) { return turned_offset(at, rrset, first); });
    const BodySums sums = sums_of(turned_body(body.octets, rrset, first), ttl_offsets);
    return {.first = first, .body_sum = sums.body, .ttl_sum = sums.ttls, .ttl_odd = sums.ttl_odd};
}

} // namespace

// CNAMEs lead a client that reads from the top to the data, so their order stays (RFC 1034 4.3.2); so does that of
// signatures, which follow what they sign. Records of one type that do not stand together are no RRset that we know.
RecordRange records_to_turn(const Message &message) {
    const auto answer = message.section(Section::answer);
    const auto is_asked_for = [&](const Record &record) { return record.type == message.qtype; };
    const auto first = std::find_if(answer.begin(), answer.end(), is_asked_for);
    if (first == answer.end() || message.qtype == rr_type::rrsig) {
        return {};
    }
    const WireName owner = message.owner(*first);
    const auto last = std::find_if_not(first, answer.end(), [&](const Record &record) {
        return is_asked_for(record) && message.owner(record) == owner;
    });
    if (last - first < 2 || std::any_of(last, answer.end(), is_asked_for)) {
        return {};
    }
    // The answer section is the first of the message.
    return {.first = static_cast<size_t>(first - answer.begin()), .last = static_cast<size_t>(last - answer.begin())};
}

std::optional<fp_swapped_rrset> addresses_to_swap(const Message &message, const Body &body, RecordRange turned) {
    const bool is_ipv4 = message.qtype == rr_type::a;
    if (turned.size() < 2 || (!is_ipv4 && message.qtype != rr_type::aaaa)) {
        return std::nullopt;
    }
    const uint16_t step = is_ipv4 ? FP_SWAPPED_STEP_A : FP_SWAPPED_STEP_AAAA;
    for (size_t i = turned.first; i < turned.last; ++i) {
        const Record &record = message.records[i];
        // With one TTL (RFC 2181 5.2), so that records differ in nothing but their addresses.
        if (body.records[i + 1] - body.records[i] != step || record.ttl != message.records[turned.first].ttl) {
            return std::nullopt;
        }
    }
    const uint16_t size = is_ipv4 ? 4 : 16;
    return fp_swapped_rrset{.at = static_cast<uint16_t>(body.records[turned.first] + step - size),
                            .step = step,
                            .count = static_cast<uint16_t>(turned.size())};
}

std::vector<uint8_t> swapped_body(std::span<const uint8_t> body, const fp_swapped_rrset &rrset, uint16_t other) {
    std::vector<uint8_t> swapped(body.begin(), body.end());
    const auto first = swapped.begin() + rrset.at;
    std::swap_ranges(first, first + (rrset.step == FP_SWAPPED_STEP_A ? 4 : 16),
                     first + std::ptrdiff_t{other} * rrset.step);
    return swapped;
}

size_t most_turns(RecordRange turned) {
    return turned.size() == 0 ? 0 : std::min<size_t>(turned.size() - 1, FP_TURNS_MAX);
}

Turns make_turns(const Body &body, RecordRange turned, size_t count) {
    if (count == 0) {
        return {};
    }
    const uint16_t begin = body.records[turned.first];
    Turns turns{.rrset = {.at = begin, .len = static_cast<uint16_t>(body.records[turned.last] - begin)},
                .list = {},
                .swapped = {}};
    for (size_t i = 1; i <= count; ++i) {
        const size_t record = turned.first + i * turned.size() / (count + 1);
        turns.list.push_back(make_turn(body, turns.rrset, static_cast<uint16_t>(body.records[record] - begin)));
    }
    return turns;
}

std::vector<uint8_t> turned_body(std::span<const uint8_t> body, const fp_turned_rrset &rrset, uint16_t first) {
    std::vector<uint8_t> turned(body.begin(), body.end());
    const auto begin = turned.begin() + rrset.at;
    std::rotate(begin, begin + first, begin + rrset.len);
    return turned;
}

uint16_t turned_offset(uint16_t at, const fp_turned_rrset &rrset, uint16_t first) {
    if (at < rrset.at || at >= rrset.at + rrset.len) {
        return at;
    }
    return static_cast<uint16_t>(at - first + (at - rrset.at < first ? rrset.len : 0));
}

} // namespace fastpath
