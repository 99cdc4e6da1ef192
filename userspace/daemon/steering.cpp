// SPDX-License-Identifier: Apache-2.0
#include "daemon/steering.h"

#include "daemon/addresses.h"
#include "util/clock.h"

#include <algorithm>
#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

using namespace std::chrono_literals;

fp_upstream_state abi_state(HealthState state) {
    switch (state) {
    case HealthState::up:
    case HealthState::recovering:
        return FP_UPSTREAM_UP;
    case HealthState::down:
        return FP_UPSTREAM_DOWN;
    case HealthState::unknown:
        break;
    }
    return FP_UPSTREAM_UNKNOWN;
}

} // namespace

Result<std::unique_ptr<Steering>> Steering::create(const Programs &programs, AnswerMaps &readers,
                                                   std::function<void()> on_return) {
    Result<SteeringMaps> maps = SteeringMaps::open(programs, [&readers] { return readers.wait_for_readers(); });
    if (!maps) {
        return tl::unexpected(maps.error());
    }
    std::unique_ptr<Steering> steering(new Steering(std::move(*maps), FlowSweeper(programs.map("flows")),
                                                    OpenQueryWatch(programs.map("open_queries")),
                                                    std::move(on_return)));
    Result<std::unique_ptr<UpstreamWatch>> watch = UpstreamWatch::create(
        steering->maps_.upstreams(),
        [s = steering.get()](const IpAddress &upstream, HealthState state) { s->set_state(upstream, state); });
    if (!watch) {
        return tl::unexpected(watch.error());
    }
    steering->watch_ = std::move(*watch);
    return steering;
}

Result<> Steering::join(EventLoop &loop) {
    Result<> joined = watch_->join(loop);
    joined = joined ? loop.every(std::chrono::microseconds(observe_every_ns / 1000), [this] { look(); }) : joined;
    return joined ? loop.every(1s, [this] { look_each_second(); }) : joined;
}

Result<> Steering::apply(const Config &config, const std::set<IpAddress> &listen_addresses,
                         const fp_settings &settings) {
    const Result<KnownNumbers> known = maps_.known();
    if (!known) {
        return tl::unexpected(known.error());
    }
    Result<SteeringPlan> plan = make_plan(config, listen_addresses, *known);
    if (!plan) {
        return tl::unexpected(plan.error());
    }
    std::set<uint16_t> serving = serving_of(*plan);
    Tables tables = make_tables(
        *plan, [&](uint16_t number) { return serving.contains(number); }, tables_);
    if (Result<> applied = maps_.apply(*plan, settings, tables, monotonic_ns()); !applied) {
        return applied;
    }
    if (plan->warnings != plan_.warnings) {
        for (const std::string &warning : plan->warnings) {
            spdlog::warn("{}", warning);
        }
    }
    plan_ = std::move(*plan);
    tables_ = std::move(tables);
    serving_ = std::move(serving);
    const auto longest_life = std::max<std::chrono::nanoseconds>(flow_life_, config.steering.timeout);
    flow_life_ = config.steering.timeout;
    narrow_ports_ns_ = monotonic_ns() + static_cast<uint64_t>(longest_life.count()) + FP_NSEC_PER_SEC;
    publish_local_state();
    watch_->configure(config.health, plan_);
    renew_tables();
    keep_forwarding();
    follow_interfaces(config);
    return {};
}

void Steering::follow_interfaces(const Config &config) {
    const Result<std::map<uint32_t, fp_interface>> sources = steering_sources(config);
    const Result<> set = sources ? maps_.set_interfaces(*sources) : tl::unexpected(sources.error());
    if (!set) {
        spdlog::error("{}", set.error().message);
    }
}

// A change of all interfaces at once (ip_forward, a profile of sysctl) takes lo along.
void Steering::keep_forwarding() {
    const Result<> on = plan_.steers ? forwarding_.switch_on() : Result<>();
    if (!on && !forwarding_failed_) {
        spdlog::error("{}; misses go to the resolver on this host", on.error().message);
    }
    forwarding_failed_ = !on;
}

std::string Steering::pool_name(uint16_t pool) const {
    return pool < plan_.pools.size() ? plan_.pools[pool] : std::string();
}

std::optional<Target> Steering::target_of(std::span<const uint8_t> name, const std::string &pool, bool is_ipv6) const {
    if (!plan_.steers) {
        return Target{};
    }
    const auto named = std::find(plan_.pools.begin(), plan_.pools.end(), pool);
    if (named == plan_.pools.end()) {
        return std::nullopt; // gone with a reload
    }
    const auto number = static_cast<uint16_t>(named - plan_.pools.begin());
    std::optional<uint16_t> upstream = choose_upstream(plan_.routes, tables_, name, number, is_ipv6);
    upstream = upstream ? upstream : choose_upstream(plan_.routes, tables_, name, number, !is_ipv6);
    if (!upstream) {
        return std::nullopt;
    }
    const auto chosen = std::find_if(plan_.upstreams.begin(), plan_.upstreams.end(),
                                     [&](const PlannedUpstream &planned) { return planned.number == *upstream; });
    return chosen == plan_.upstreams.end() ? std::nullopt : std::optional(Target{chosen->id.address});
}

// Who went down is not asked from this moment on. Who is up is in the tables first: else it would be said to serve, and not be asked.
void Steering::set_state(const IpAddress &upstream, HealthState state) {
    if (abi_state(state) == FP_UPSTREAM_UP) {
        returning_.insert(upstream);
    } else {
        returning_.erase(upstream);
        write_state(upstream, abi_state(state));
    }
    if (state == HealthState::up) {
        on_return_();
    }
}

void Steering::write_state(const IpAddress &upstream, fp_upstream_state state) {
    for (const PlannedUpstream &planned : plan_.upstreams) {
        if (planned.id.address == upstream) {
            maps_.upstreams().set_state(planned.number, state, monotonic_ns());
        }
    }
}

void Steering::set_local_state(HealthState state) {
    local_state_ = state;
    publish_local_state();
}

void Steering::doubt_states() {
    const Result<KnownNumbers> known = maps_.known();
    if (!known) {
        return; // as apply() will say
    }
    for (const auto &[id, number] : known->upstreams) {
        if (id.address) {
            maps_.upstreams().set_state(number, FP_UPSTREAM_UNKNOWN, monotonic_ns());
        }
    }
}

// Where there is nobody else, queries go to the resolver on this host whatever its probes say; the programs find out themselves
// whether it answers.
bool Steering::is_alone(const PlannedUpstream &upstream) const {
    return std::none_of(plan_.upstreams.begin(), plan_.upstreams.end(), [&](const PlannedUpstream &other) {
        return other.pool == upstream.pool && other.id.address.has_value();
    });
}

void Steering::publish_local_state() {
    for (const PlannedUpstream &upstream : plan_.upstreams) {
        if (!upstream.id.address) {
            const bool is_down = local_state_ == HealthState::down && !is_alone(upstream);
            maps_.upstreams().set_state(upstream.number, is_down ? FP_UPSTREAM_DOWN : FP_UPSTREAM_UP, monotonic_ns());
        }
    }
}

// dns-fastpathctl drains upstreams by the map alone.
void Steering::look() {
    watch_->observe(plan_);
    note_drains();
    renew_tables();
}

// The operator did it; that it shows in the log is for who looks later.
void Steering::note_drains() {
    for (const PlannedUpstream &upstream : plan_.upstreams) {
        const bool is_drained = maps_.upstreams()[upstream.number].drained != 0;
        if (std::exchange(drained_[upstream.id], is_drained) != is_drained) {
            const std::string name =
                upstream.id.address ? to_string(*upstream.id.address) : "the resolver on this host";
            spdlog::info("{} was {} (pool {})", name, is_drained ? "drained" : "put back", upstream.id.pool);
        }
    }
}

void Steering::look_each_second() {
    const uint64_t now = monotonic_ns();
    watch_->publish_load(plan_, unanswered(now));
    keep_forwarding();
    if (now >= narrow_ports_ns_) {
        narrow_ports_ns_ = never_ns;
        maps_.narrow_answer_ports();
    }
}

// What was steered, and what was passed to the resolver on this host: an upstream is of one kind.
UnansweredByNumber Steering::unanswered(uint64_t now_ns) {
    UnansweredByNumber all = flows_.sweep(now_ns, flow_life_);
    all.merge(open_queries_.look(now_ns, flow_life_));
    return all;
}

std::set<uint16_t> Steering::serving_of(const SteeringPlan &plan) const {
    std::set<uint16_t> numbers;
    for (const PlannedUpstream &upstream : plan.upstreams) {
        const bool is_returning = upstream.id.address && returning_.contains(*upstream.id.address);
        const bool is_drained = maps_.upstreams()[upstream.number].drained != 0;
        if (maps_.upstreams().serves(upstream.number) || (is_returning && !is_drained)) {
            numbers.insert(upstream.number);
        }
    }
    return numbers;
}

// The programs obey a change of state at once; the tables are for the even share of those that are left.
void Steering::renew_tables() {
    std::set<uint16_t> now = serving_of(plan_);
    if (now == serving_ || put_tables(std::move(now))) {
        admit_returning();
    } // else again at the next look
}

bool Steering::put_tables(std::set<uint16_t> serving) {
    Tables tables = make_tables(
        plan_, [&](uint16_t number) { return serving.contains(number); }, tables_);
    if (const Result<> put = maps_.put_tables(tables); !put) {
        spdlog::error("{}", put.error().message);
        return false;
    }
    tables_ = std::move(tables);
    serving_ = std::move(serving);
    return true;
}

// Those that are drained as well: they are up, too.
void Steering::admit_returning() {
    for (const IpAddress &upstream : returning_) {
        write_state(upstream, FP_UPSTREAM_UP);
    }
    returning_.clear();
}

} // namespace fastpath
