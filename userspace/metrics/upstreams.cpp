// SPDX-License-Identifier: Apache-2.0
#include "metrics/upstreams.h"

#include "bpf/mapped_memory.h"
#include "bpf/per_cpu_counters.h"
#include "util/address.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace fastpath {

namespace {

template <size_t size> std::string text_of(const char (&text)[size]) {
    return {text, ::strnlen(text, size)};
}

void sort(std::vector<Upstream> &upstreams) {
    const auto key = [](const Upstream &upstream) {
        const fp_upstream &record = upstream.record;
        return std::tuple(pool_of(record), record.tier, IpAddress::from_abi(record.address));
    };
    std::sort(upstreams.begin(), upstreams.end(), [key](const auto &a, const auto &b) { return key(a) < key(b); });
}

} // namespace

Result<std::vector<Upstream>> read_upstreams(int upstreams_fd, int counters_fd) {
    const auto counters = PerCpuCounters<fp_upstream_counters>::open(counters_fd, "upstream_counters");
    if (!counters) {
        return tl::unexpected(counters.error());
    }
    // Most elements are not in use: without a system call for each.
    const Result<MappedMemory> memory =
        MappedMemory::of_map(upstreams_fd, FP_UPSTREAMS_MAX * sizeof(fp_upstream), "upstreams");
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    const auto *const records = reinterpret_cast<const fp_upstream *>(memory->data());
    std::vector<Upstream> upstreams;
    for (uint32_t number = 0; number < FP_UPSTREAMS_MAX; number++) {
        if (records[number].state == FP_UPSTREAM_UNUSED) {
            continue;
        }
        const fp_upstream record = records[number];
        const Result<fp_upstream_counters> sum = counters->sum(number);
        if (!sum) {
            return tl::unexpected(sum.error());
        }
        upstreams.push_back({record, *sum});
    }
    sort(upstreams);
    return upstreams;
}

std::string name_of(const fp_upstream &upstream) {
    return upstream.is_local != 0 ? "local" : to_string(IpAddress::from_abi(upstream.address));
}

std::string pool_of(const fp_upstream &upstream) {
    return text_of(upstream.pool);
}

std::string az_of(const fp_upstream &upstream) {
    return text_of(upstream.az);
}

bool is_word_valid(const fp_meta &meta, uint64_t now_ns) {
    return now_ns <= meta.heartbeat_ns || now_ns - meta.heartbeat_ns < FP_HEARTBEAT_MAX_AGE_NS;
}

fp_resolver_state probed_state(const fp_resolver &resolver, const fp_meta &meta, uint64_t now_ns) {
    return is_word_valid(meta, now_ns) ? static_cast<fp_resolver_state>(resolver.state) : FP_RESOLVER_UNKNOWN;
}

fp_upstream_state state_of(const fp_upstream &upstream, const fp_resolver &resolver) {
    if (upstream.is_local == 0) {
        return static_cast<fp_upstream_state>(upstream.state);
    }
    switch (resolver.state) {
    case FP_RESOLVER_UP:
    case FP_RESOLVER_RECOVERING:
        return FP_UPSTREAM_UP;
    case FP_RESOLVER_DOWN:
        return FP_UPSTREAM_DOWN;
    default:
        return FP_UPSTREAM_UNKNOWN;
    }
}

// The resolver on this host gets queries before it is probed, and where nothing else is left: it is where packets go by themselves.
bool is_serving(const fp_upstream &upstream, const fp_resolver &resolver) {
    const fp_upstream_state state = state_of(upstream, resolver);
    const bool is_taken_for_up = upstream.is_local != 0 && state == FP_UPSTREAM_UNKNOWN;
    return upstream.drained == 0 && (state == FP_UPSTREAM_UP || is_taken_for_up);
}

std::set<std::string> pools_without_service(const std::vector<Upstream> &upstreams, const fp_resolver &resolver) {
    std::set<std::string> pools;
    for (const Upstream &upstream : upstreams) {
        pools.insert(pool_of(upstream.record));
    }
    for (const Upstream &upstream : upstreams) {
        if (is_serving(upstream.record, resolver)) {
            pools.erase(pool_of(upstream.record));
        }
    }
    return pools;
}

} // namespace fastpath
