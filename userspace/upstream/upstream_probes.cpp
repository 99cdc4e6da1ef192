// SPDX-License-Identifier: Apache-2.0
// UpstreamProbes: a schedule and a Health for each upstream.
#include "upstream/upstream_probes.h"

#include "dns/byte_order.h"

#include <algorithm>
#include <dns_fastpath/abi.h>
#include <spdlog/spdlog.h>
#include <utility>

namespace fastpath {
namespace {

// How long an upstream that was silent is kept down: the first time long enough that a restart or a failover of its own is over,
// and then not so often that its share of the queries is lost again and again.
constexpr uint64_t shortest_hold_ns = 2 * FP_NSEC_PER_SEC;
constexpr uint64_t longest_hold_ns = 60 * FP_NSEC_PER_SEC;
constexpr uint64_t well_after_ns = 60 * FP_NSEC_PER_SEC; // up for so long, it is as if it had never been silent

double seconds(uint64_t ns) {
    return static_cast<double>(ns) / FP_NSEC_PER_SEC;
}

} // namespace

void UpstreamProbes::configure(Settings settings, uint64_t now_ns) {
    settings.health.recovery = {};
    const bool probes_alike = settings.health == settings_.health && settings.name == settings_.name &&
                              settings.type == settings_.type && settings.port == settings_.port;
    settings_ = std::move(settings);
    std::erase_if(upstreams_, [this](const auto &known) { return !settings_.upstreams.contains(known.first); });
    for (auto &[address, upstream] : upstreams_) {
        upstream.health.configure(settings_.health);
        if (!probes_alike && upstream.due_ns != never_ns) {
            upstream.due_ns = now_ns;
        }
    }
    for (const auto &[address, label] : settings_.upstreams) {
        const auto [upstream, is_new] = upstreams_.try_emplace(address, settings_.health);
        if (is_new) {
            upstream->second.due_ns = now_ns;
        }
    }
}

// One by one: there are at most some hundreds, with a probe a second each.
uint64_t UpstreamProbes::due_ns() const {
    uint64_t due = never_ns;
    for (const auto &[address, upstream] : upstreams_) {
        due = std::min(due, upstream.due_ns);
    }
    return due;
}

void UpstreamProbes::run(uint64_t now_ns) {
    for (auto &[address, upstream] : upstreams_) {
        if (upstream.due_ns <= now_ns) {
            begin_probe(address, upstream, now_ns);
        }
    }
}

// A probe that could not be sent says nothing about the upstream.
void UpstreamProbes::begin_probe(const IpAddress &address, Upstream &upstream, uint64_t now_ns) {
    upstream.begun_ns = now_ns;
    upstream.probe = ++last_probe_;
    const auto take = [this, address, probe = upstream.probe](const QueryAnswer &answer, uint64_t now) {
        take_reply(address, probe, answer, now);
    };
    const Result<> asked = ask_({address, settings_.port}, {.name = settings_.name, .type = settings_.type},
                                settings_.health.timeout, take);
    if (asked) {
        upstream.due_ns = never_ns;
        lack_is_logged_ = false;
        return;
    }
    upstream.due_ns = next_probe_ns(settings_.health, now_ns, static_cast<uint32_t>(jitter_()));
    if (!std::exchange(lack_is_logged_, true)) {
        spdlog::error("upstreams are not being probed: {}", asked.error().message);
    }
}

// An upstream that has left the settings meanwhile, even if it is back there, is not the one that was asked.
void UpstreamProbes::take_reply(const IpAddress &address, uint64_t probe, const QueryAnswer &answer, uint64_t now_ns) {
    const auto found = upstreams_.find(address);
    if (found == upstreams_.end() || found->second.probe != probe) {
        return;
    }
    Upstream &upstream = found->second;
    upstream.due_ns =
        std::max(now_ns, next_probe_ns(settings_.health, upstream.begun_ns, static_cast<uint32_t>(jitter_())));
    if (answer) {
        take_answer(address, upstream, answer, now_ns);
    } else if (upstream.health.probe_failed(now_ns)) {
        spdlog::warn("upstream {} is down: no answer to {} probes in a row", name_of(address), settings_.health.fall);
        on_change_(address, upstream.health.state());
    }
}

// Whatever it answers, it is there: a server that knows one zone refuses to say where the root is.
void UpstreamProbes::take_answer(const IpAddress &address, Upstream &upstream, const QueryAnswer &answer,
                                 uint64_t now_ns) {
    if (now_ns < upstream.held_to_ns) {
        return;
    }
    log_refusal(address, upstream, answer);
    if (upstream.health.probe_answered(now_ns)) {
        upstream.up_ns = now_ns;
        spdlog::info("upstream {} is up", name_of(address));
        on_change_(address, upstream.health.state());
    }
}

void UpstreamProbes::mark_silent(const IpAddress &address, const Silence &silence, uint64_t now_ns) {
    const auto found = upstreams_.find(address);
    if (found == upstreams_.end() || !found->second.health.went_silent()) {
        return;
    }
    Upstream &upstream = found->second;
    const bool was_well = now_ns - upstream.up_ns >= well_after_ns;
    upstream.hold_ns =
        was_well || upstream.hold_ns == 0 ? shortest_hold_ns : std::min(2 * upstream.hold_ns, longest_hold_ns);
    upstream.held_to_ns = now_ns + upstream.hold_ns;
    spdlog::warn("upstream {} is down: no answer to {} queries in {:.1f} s; probes count again in {:.0f} s",
                 name_of(address), silence.queries, seconds(silence.for_ns), seconds(upstream.hold_ns));
    on_change_(address, upstream.health.state());
}

HealthState UpstreamProbes::state(const IpAddress &address) const {
    const auto found = upstreams_.find(address);
    return found == upstreams_.end() ? HealthState::unknown : found->second.health.state();
}

// What it refuses us it refuses the clients, whose queries come from our addresses; but see take_answer().
void UpstreamProbes::log_refusal(const IpAddress &address, Upstream &upstream, const QueryAnswer &answer) const {
    const bool is_refused = (load_be16(*answer, 2) & FP_DNS_RCODE) == FP_RCODE_REFUSED;
    if (is_refused && !upstream.refusal_is_logged) {
        spdlog::warn("upstream {} refuses the probe {}: does its access control allow this host?", name_of(address),
                     name_to_text(settings_.name));
    }
    upstream.refusal_is_logged = is_refused;
}

std::string UpstreamProbes::name_of(const IpAddress &address) const {
    return to_string(address) + " (" + settings_.upstreams.at(address) + ")";
}

} // namespace fastpath
