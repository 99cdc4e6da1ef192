// SPDX-License-Identifier: Apache-2.0
// Written field by field through the mapping: the programs and dns-fastpathctl write others of the same element.
#include "bpf/upstream_slots.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace fastpath {

namespace {

// The config sees to it that it fits.
void set_text(char (&to)[FP_LABEL_TEXT_MAX], const std::string &text) {
    std::strncpy(to, text.c_str(), FP_LABEL_TEXT_MAX - 1);
}

std::optional<IpAddress> address_of(const fp_upstream &slot) {
    return slot.is_local ? std::nullopt : std::optional(IpAddress::from_abi(slot.address));
}

std::uint32_t load_now(const std::uint32_t &shared) {
    return __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
}

void store_now(std::uint32_t &shared, std::uint32_t value) {
    __atomic_store_n(&shared, value, __ATOMIC_RELEASE);
}

} // namespace

Result<UpstreamSlots> UpstreamSlots::open(int upstreams_fd, int counters_fd) {
    Result<MappedMemory> memory =
        MappedMemory::of_map(upstreams_fd, FP_UPSTREAMS_MAX * sizeof(fp_upstream), "upstreams");
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    const auto counters = PerCpuCounters<fp_upstream_counters>::open(counters_fd, "upstream_counters");
    if (!counters) {
        return tl::unexpected(counters.error());
    }
    return UpstreamSlots(std::move(*memory), *counters);
}

std::map<UpstreamId, std::uint16_t> UpstreamSlots::known() const {
    std::map<UpstreamId, std::uint16_t> known;
    for (std::uint16_t number = 0; number < FP_UPSTREAMS_MAX; number++) {
        const fp_upstream &slot = slots_[number];
        if (slot.state != FP_UPSTREAM_UNUSED) {
            known[{slot.pool, address_of(slot)}] = number;
        }
    }
    return known;
}

const fp_upstream *UpstreamSlots::find(const std::optional<IpAddress> &address) const {
    const auto found = std::find_if(slots_.begin(), slots_.end(), [&](const fp_upstream &slot) {
        return slot.state != FP_UPSTREAM_UNUSED && address_of(slot) == address;
    });
    return found == slots_.end() ? nullptr : &*found;
}

bool UpstreamSlots::serves(std::uint16_t number) const {
    return load_now(slots_[number].state) == FP_UPSTREAM_UP && load_now(slots_[number].drained) == 0;
}

Result<> UpstreamSlots::add(const PlannedUpstream &upstream, std::uint64_t now_ns) {
    if (Result<> cleared = counters_.clear(upstream.number); !cleared) {
        return cleared;
    }
    const fp_upstream *const same = find(upstream.id.address);
    fp_upstream &slot = slots_[upstream.number];
    slot = {};
    slot.address = upstream.id.address.value_or(IpAddress{}).abi();
    slot.is_local = upstream.id.address ? 0 : 1;
    slot.drained = same != nullptr ? load_now(same->drained) : 0;
    slot.state_since_ns = same != nullptr ? same->state_since_ns : now_ns;
    set_text(slot.pool, upstream.id.pool);
    configure(upstream);
    store_now(slot.state, same != nullptr ? same->state : std::uint32_t{FP_UPSTREAM_UNKNOWN});
    return {};
}

void UpstreamSlots::configure(const PlannedUpstream &upstream) {
    fp_upstream &slot = slots_[upstream.number];
    slot.tier = upstream.tier;
    slot.weight = upstream.weight;
    slot.max_qps = upstream.max_qps;
    slot.query_ns = upstream.query_ns;
    slot.burst_ns = upstream.burst_ns;
    set_text(slot.az, upstream.az);
}

void UpstreamSlots::remove(std::uint16_t number) {
    store_now(slots_[number].state, FP_UPSTREAM_UNUSED);
}

void UpstreamSlots::set_state(std::uint16_t number, fp_upstream_state state, std::uint64_t now_ns) {
    slots_[number].state_since_ns = now_ns;
    store_now(slots_[number].state, state);
}

void UpstreamSlots::set_load(std::uint16_t number, const UpstreamLoad &load) {
    fp_upstream &slot = slots_[number];
    slot.timeouts = load.timeouts;
    slot.queries_per_second = load.queries_per_second;
    slot.unanswered_ppm = load.unanswered_ppm;
    slot.rtt_us = load.rtt_us;
}

} // namespace fastpath
