// SPDX-License-Identifier: Apache-2.0
#include "bpf/steering_maps.h"

#include "bpf/view_names.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <cstddef>
#include <cstring>
#include <set>
#include <vector>

namespace fastpath {

namespace {

struct Ports {
    std::uint32_t first = 0;
    std::uint32_t end = 0; // the same as first: none
};

// Those that answers come to by these settings alone.
Ports ports_of(const fp_settings &settings) {
    return settings.steers ? Ports{settings.first_port, std::uint32_t{settings.first_port} + settings.ports} : Ports{};
}

Ports hull(const Ports &a, const Ports &b) {
    if (a.first == a.end || b.first == b.end) {
        return a.first == a.end ? b : a;
    }
    return {std::min(a.first, b.first), std::max(a.end, b.end)};
}

// Generation and ports are one word, so that they change together.
void store_head(fp_generations &shared, std::uint32_t generation, const Ports &ports) {
    static_assert(offsetof(fp_generations, answer_ports) + sizeof(shared.answer_ports) == sizeof(std::uint64_t));
    fp_generations head = {};
    head.generation = generation;
    head.first_answer_port = static_cast<std::uint16_t>(ports.first);
    head.answer_ports = static_cast<std::uint16_t>(ports.end - ports.first);
    std::uint64_t word = 0;
    std::memcpy(&word, &head, sizeof(word));
    __atomic_store_n(reinterpret_cast<std::uint64_t *>(&shared), word, __ATOMIC_RELEASE);
}

} // namespace

SteeringMaps::SteeringMaps(const Programs &programs, WaitForReaders wait_for_readers, SteeringTables tables,
                           UpstreamSlots upstreams, MappedMemory memory)
    : wait_for_readers_(std::move(wait_for_readers)), rows_({.listeners = programs.map("listeners"),
                                                             .clients = programs.map("clients"),
                                                             .routes = programs.map("routes"),
                                                             .route_filter = programs.map("route_filter")}),
      tables_(std::move(tables)), upstreams_(std::move(upstreams)), memory_(std::move(memory)),
      generations_(reinterpret_cast<fp_generations *>(memory_.data())), views_fd_(programs.map("views")),
      interfaces_fd_(programs.map("interfaces")) {}

Result<SteeringMaps> SteeringMaps::open(const Programs &programs, WaitForReaders wait_for_readers) {
    Result<MappedMemory> memory = MappedMemory::of_map(programs.map("settings"), sizeof(fp_generations), "settings");
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    Result<SteeringTables> tables = SteeringTables::open(programs);
    if (!tables) {
        return tl::unexpected(tables.error());
    }
    Result<UpstreamSlots> upstreams = UpstreamSlots::open(programs.map("upstreams"), programs.map("upstream_counters"));
    if (!upstreams) {
        return tl::unexpected(upstreams.error());
    }
    SteeringMaps maps(programs, std::move(wait_for_readers), std::move(*tables), std::move(*upstreams),
                      std::move(*memory));
    if (Result<> removed = maps.remove_others(); !removed) {
        return tl::unexpected(removed.error());
    }
    return maps;
}

Result<KnownNumbers> SteeringMaps::known() const {
    return read_view_names(views_fd_).map([this](std::map<std::string, std::uint16_t> views) {
        return KnownNumbers{.upstreams = upstreams_.known(), .views = std::move(views)};
    });
}

Result<> SteeringMaps::apply(const SteeringPlan &plan, fp_settings settings, const Tables &tables,
                             std::uint64_t now_ns) {
    // The other half may still be read.
    if (Result<> removed = only_one_ ? Result<>() : remove_others(); !removed) {
        return removed;
    }
    const std::uint32_t next = generations_->generation + 1;
    std::vector<std::uint16_t> added;
    if (Result<> written = write(next, plan, tables, now_ns, added); !written) {
        take_back(next, added);
        return written;
    }
    settings.steers = plan.steers;
    settings.has_routes = !plan.routes.pools().empty();
    switch_to(next, settings);
    for (const PlannedUpstream &upstream : plan.upstreams) {
        upstreams_.configure(upstream);
    }
    // What cannot be removed now takes up room and does no harm; the next apply() tries again.
    only_one_ = remove_others().has_value();
    if (only_one_) {
        remove_upstreams_but(plan);
    }
    return {};
}

Result<> SteeringMaps::write(std::uint32_t generation, const SteeringPlan &plan, const Tables &tables,
                             std::uint64_t now_ns, std::vector<std::uint16_t> &added) {
    for (const PlannedUpstream &upstream : plan.upstreams) {
        if (upstreams_[upstream.number].state != FP_UPSTREAM_UNUSED) {
            continue;
        }
        if (Result<> written = upstreams_.add(upstream, now_ns); !written) {
            return written;
        }
        added.push_back(upstream.number);
    }
    Result<> written = write_views(plan);
    written = written ? tables_.put(generation, tables) : written;
    return written ? rows_.add(plan, generation) : written;
}

// A view that was never used keeps its number all the same.
void SteeringMaps::take_back(std::uint32_t generation, const std::vector<std::uint16_t> &added) {
    rows_.keep_only(generations_->generation);
    only_one_ = tables_.put(generation, {}).has_value();
    for (const std::uint16_t number : added) {
        upstreams_.remove(number);
    }
}

Result<> SteeringMaps::write_views(const SteeringPlan &plan) const {
    for (const auto &[name, number] : plan.views) {
        const std::uint32_t key = number;
        fp_view view = {};
        std::copy_n(name.begin(), std::min(name.size(), sizeof(view.name) - 1), std::begin(view.name));
        if (bpf_map_update_elem(views_fd_, &key, &view, BPF_ANY) != 0) {
            return fail_errno("cannot write view " + name + " to the map views");
        }
    }
    return {};
}

void SteeringMaps::switch_to(std::uint32_t generation, const fp_settings &settings) {
    const Ports before{generations_->first_answer_port,
                       std::uint32_t{generations_->first_answer_port} + generations_->answer_ports};
    generations_->settings[generation & 1] = settings;
    store_head(*generations_, generation, hull(before, ports_of(settings)));
}

void SteeringMaps::narrow_answer_ports() {
    const std::uint32_t generation = generations_->generation;
    store_head(*generations_, generation, ports_of(generations_->settings[generation & 1]));
}

// All but what is in use.
Result<> SteeringMaps::remove_others() {
    if (!wait_for_readers_()) {
        return fail_errno("cannot wait for the programs to leave what is replaced");
    }
    rows_.keep_only(generations_->generation);
    return tables_.put(generations_->generation + 1, {});
}

void SteeringMaps::remove_upstreams_but(const SteeringPlan &plan) {
    std::set<std::uint16_t> wanted;
    for (const PlannedUpstream &upstream : plan.upstreams) {
        wanted.insert(upstream.number);
    }
    for (const auto &[id, number] : upstreams_.known()) {
        if (!wanted.contains(number)) {
            upstreams_.remove(number);
        }
    }
}

Result<> SteeringMaps::put_tables(const Tables &tables) {
    return tables_.put(generations_->generation, tables);
}

Result<> SteeringMaps::set_interfaces(const std::map<std::uint32_t, fp_interface> &wanted) const {
    for (const auto &[ifindex, interface] : wanted) {
        if (bpf_map_update_elem(interfaces_fd_, &ifindex, &interface, BPF_ANY) != 0) {
            return fail_errno("cannot add interface " + std::to_string(ifindex) + " to the map interfaces");
        }
    }
    std::vector<std::uint32_t> gone;
    std::uint32_t ifindex = 0;
    const std::uint32_t *previous = nullptr;
    while (bpf_map_get_next_key(interfaces_fd_, previous, &ifindex) == 0) {
        if (!wanted.contains(ifindex)) {
            gone.push_back(ifindex);
        }
        previous = &ifindex;
    }
    for (const std::uint32_t number : gone) {
        bpf_map_delete_elem(interfaces_fd_, &number);
    }
    return {};
}

} // namespace fastpath
