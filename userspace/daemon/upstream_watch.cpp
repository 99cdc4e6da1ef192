// SPDX-License-Identifier: Apache-2.0
#include "daemon/upstream_watch.h"

#include "util/clock.h"

#include <algorithm>
#include <dns_fastpath/events.h>

namespace fastpath {

namespace {

// "Nobody has that port" may be about one stray query; some of them at once, and no answer, are about the resolver.
constexpr uint64_t unreachable_queries = 3;

std::string described(const PlannedUpstream &upstream) {
    return "pool " + upstream.id.pool + (upstream.az.empty() ? "" : ", az " + upstream.az);
}

// Not queries less answers of one second: an answer on its way over the end of the second would count as lost. But at rates of which
// the kernel's map of open queries does not hold a second and a half, that is the better figure, and those on their way are few.
uint32_t unanswered_ppm(uint64_t waiting, uint64_t queries, uint64_t responses) {
    constexpr uint64_t million = 1'000'000;
    constexpr uint64_t most_remembered = FP_OPEN_MAX / 2;
    if (queries > most_remembered) {
        waiting = std::max(waiting, queries - std::min(queries, responses));
    }
    return waiting == 0 ? 0 : static_cast<uint32_t>(waiting * million / std::max(waiting, queries));
}

UpstreamLoad load_between(const fp_upstream_counters &before, const fp_upstream_counters &now, uint64_t elapsed_ns,
                          const Unanswered &unanswered) {
    const uint64_t queries = now.queries - std::min(before.queries, now.queries);
    const uint64_t responses = now.responses - std::min(before.responses, now.responses);
    UpstreamLoad load;
    load.queries_per_second = static_cast<uint32_t>(queries * FP_NSEC_PER_SEC / std::max<uint64_t>(elapsed_ns, 1));
    load.unanswered_ppm = unanswered_ppm(unanswered.waiting, queries, responses);
    load.rtt_us = responses == 0 ? 0 : static_cast<uint32_t>((now.rtt_ns - before.rtt_ns) / responses / 1000);
    return load;
}

} // namespace

UpstreamWatch::UpstreamWatch(UpstreamSlots &slots, UpstreamProbes::OnChange on_change, DeadlineTimer timer,
                             QueryClient client)
    : slots_(slots),
      probes_(
          [this](const SocketAddress &server, const OwnQuery &query, std::chrono::nanoseconds timeout,
                 const QueryClient::Callback &callback) {
              return client_.ask(server, query, timeout, [this, callback](const QueryAnswer &answer, uint64_t now) {
                  callback(answer, now);
                  run();
              });
          },
          std::move(on_change)),
      timer_(std::move(timer)), client_(std::move(client)) {}

Result<std::unique_ptr<UpstreamWatch>> UpstreamWatch::create(UpstreamSlots &slots, UpstreamProbes::OnChange on_change) {
    Result<DeadlineTimer> timer = DeadlineTimer::create();
    if (!timer) {
        return tl::unexpected(timer.error());
    }
    Result<QueryClient> client = QueryClient::create(FP_UPSTREAMS_MAX);
    if (!client) {
        return tl::unexpected(client.error());
    }
    return std::unique_ptr<UpstreamWatch>(
        new UpstreamWatch(slots, std::move(on_change), std::move(*timer), std::move(*client)));
}

Result<> UpstreamWatch::join(EventLoop &loop) {
    const Result<> joined = loop.on_readable(timer_.poll_fd(), [this] { run(); });
    return joined ? loop.on_readable(client_.poll_fd(), [this] { client_.on_ready(); }) : joined;
}

void UpstreamWatch::configure(const HealthConfig &health, const SteeringPlan &plan) {
    UpstreamProbes::Settings settings = {
        .upstreams = {},
        .health = {.interval = health.interval, .timeout = health.timeout, .fall = health.fall, .rise = health.rise},
        .name = health.name,
        .type = health.type};
    for (const PlannedUpstream &upstream : plan.upstreams) {
        if (upstream.id.address) {
            std::string &text = settings.upstreams[*upstream.id.address];
            text += (text.empty() ? "" : "; ") + described(upstream);
        }
    }
    std::erase_if(detectors_, [&](const auto &entry) { return !settings.upstreams.contains(entry.first); });
    std::erase_if(last_, [&](const auto &entry) { return !settings.upstreams.contains(entry.first); });
    probes_.configure(std::move(settings), monotonic_ns());
    run();
}

void UpstreamWatch::run() {
    timer_.drain();
    const uint64_t now = monotonic_ns();
    if (probes_.due_ns() <= now) {
        probes_.run(now);
    }
    timer_.arm(probes_.due_ns());
}

void UpstreamWatch::observe(const SteeringPlan &plan) {
    std::map<IpAddress, Totals> totals;
    for (const PlannedUpstream &upstream : plan.upstreams) {
        const Result<fp_upstream_counters> counters = upstream.id.address
                                                          ? slots_.counters(upstream.number)
                                                          : Result<fp_upstream_counters>(fp_upstream_counters{});
        if (upstream.id.address && counters) {
            Totals &of = totals[*upstream.id.address];
            of.queries += counters->queries;
            of.responses += counters->responses;
            of.unreachable += counters->unreachable;
        }
    }
    const uint64_t now = monotonic_ns();
    for (const auto &[address, of] : totals) {
        observe(address, of, now);
    }
}

void UpstreamWatch::observe(const IpAddress &address, const Totals &now, uint64_t now_ns) {
    const Totals before = std::exchange(last_[address], now);
    const std::optional<Silence> silence = detectors_[address].observe(now.queries, now.responses, now_ns);
    if (silence) {
        return probes_.mark_silent(address, *silence, now_ns);
    }
    if (now.unreachable >= before.unreachable + unreachable_queries && now.responses == before.responses) {
        probes_.mark_silent(address, {.queries = now.unreachable - before.unreachable, .for_ns = observe_every_ns},
                            now_ns);
    }
}

void UpstreamWatch::publish_load(const SteeringPlan &plan, const UnansweredByNumber &unanswered) {
    std::map<uint16_t, Second> seconds;
    for (const PlannedUpstream &upstream : plan.upstreams) {
        const Result<fp_upstream_counters> counters = slots_.counters(upstream.number);
        if (!counters) {
            continue;
        }
        const Second now = {.at_ns = monotonic_ns(), .counters = *counters};
        const auto before = seconds_.find(upstream.number);
        const auto found = unanswered.find(upstream.number);
        const Unanswered missing = found == unanswered.end() ? Unanswered{} : found->second;
        UpstreamLoad load;
        if (before != seconds_.end()) {
            load = load_between(before->second.counters, *counters, now.at_ns - before->second.at_ns, missing);
        }
        load.timeouts = slots_[upstream.number].timeouts + missing.timeouts;
        slots_.set_load(upstream.number, load);
        seconds[upstream.number] = now;
    }
    seconds_ = std::move(seconds);
}

} // namespace fastpath
