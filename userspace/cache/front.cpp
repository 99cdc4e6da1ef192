// SPDX-License-Identifier: Apache-2.0
#include "cache/front.h"

#include "cache/age.h"

#include <algorithm>
#include <cstring>

namespace fastpath {
namespace {

size_t ttl_offsets_at(size_t name_len) {
    return fp_pad8(static_cast<uint32_t>(name_len));
}

size_t turns_at(size_t name_len, size_t ttl_count) {
    return ttl_offsets_at(name_len) + ttl_count * sizeof(uint16_t);
}

// Numbers as the host has them.
template <class T> void store(std::span<uint8_t> octets, size_t at, std::span<const T> values) {
    if (!values.empty()) {
        std::memcpy(octets.data() + at, values.data(), values.size_bytes());
    }
}

template <class T> std::vector<T> load(std::span<const uint8_t> octets, size_t at, size_t count) {
    std::vector<T> values(count);
    if (count != 0) {
        std::memcpy(values.data(), octets.data() + at, count * sizeof(T));
    }
    return values;
}

} // namespace

size_t front_size(size_t name_len, size_t ttl_count, size_t turn_count) {
    const size_t begin = turns_at(name_len, ttl_count);
    switch (turn_count) {
    case 0:
        return begin;
    case FP_TURNS_SWAPPED:
        return begin + sizeof(fp_swapped_rrset);
    default:
        return begin + sizeof(fp_turned_rrset) + turn_count * sizeof(fp_turn);
    }
}

size_t front_size(const fp_answer &head) {
    return front_size(head.name_len, ttl_count(head), head.turn_count);
}

std::vector<uint8_t> make_front(const WireName &qname, std::span<const uint16_t> ttl_offsets, const Turns &turns) {
    const size_t turn_count = turns.swapped ? FP_TURNS_SWAPPED : turns.list.size();
    std::vector<uint8_t> front(front_size(qname.size(), ttl_offsets.size(), turn_count));
    std::copy(qname.begin(), qname.end(), front.begin());
    store(front, ttl_offsets_at(qname.size()), ttl_offsets);
    const size_t at = turns_at(qname.size(), ttl_offsets.size());
    if (turns.swapped) {
        store(front, at, std::span(&*turns.swapped, 1));
    } else if (!turns.list.empty()) {
        store(front, at, std::span(&turns.rrset, 1));
        store(front, at + sizeof(turns.rrset), std::span(turns.list));
    }
    return front;
}

std::vector<uint16_t> ttl_offsets_of(const fp_answer &head, std::span<const uint8_t> front) {
    return load<uint16_t>(front, ttl_offsets_at(head.name_len), ttl_count(head));
}

Turns turns_of(const fp_answer &head, std::span<const uint8_t> front) {
    if (head.turn_count == 0) {
        return {};
    }
    const size_t at = turns_at(head.name_len, ttl_count(head));
    if (head.turn_count == FP_TURNS_SWAPPED) {
        return {.rrset = {}, .list = {}, .swapped = load<fp_swapped_rrset>(front, at, 1).front()};
    }
    return {.rrset = load<fp_turned_rrset>(front, at, 1).front(),
            .list = load<fp_turn>(front, at + sizeof(fp_turned_rrset), head.turn_count),
            .swapped = {}};
}

} // namespace fastpath
