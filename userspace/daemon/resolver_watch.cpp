// SPDX-License-Identifier: Apache-2.0
#include "daemon/resolver_watch.h"

#include "util/clock.h"

#include <atomic>

namespace fastpath {

namespace {

using namespace std::chrono_literals;

// After its return, names whose answers have expired meanwhile are asked by refreshes, at their rate, and not by every client.
constexpr auto recovery = 30s;

// A round asks every listen address at once, where the chosen one does not answer; there may be as many as the map holds.
constexpr size_t most_probes = 4098;

LocalResolver::Settings settings_of(const Config &config, const std::set<IpAddress> &listen) {
    return {.listen = {listen.begin(), listen.end()},
            .health = {.interval = config.health.interval,
                       .timeout = config.health.timeout,
                       .fall = config.health.fall,
                       .rise = config.health.rise,
                       .recovery = recovery},
            .name = config.health.name,
            .type = config.health.type};
}

fp_resolver_state abi_state(HealthState state) {
    switch (state) {
    case HealthState::up:
        return FP_RESOLVER_UP;
    case HealthState::down:
        return FP_RESOLVER_DOWN;
    case HealthState::recovering:
        return FP_RESOLVER_RECOVERING;
    case HealthState::unknown:
        break;
    }
    return FP_RESOLVER_UNKNOWN;
}

} // namespace

ResolverWatch::ResolverWatch(MappedMemory memory, const LocalResolver::Settings &settings, DeadlineTimer timer,
                             QueryClient client, std::function<void(HealthState)> on_change)
    : memory_(std::move(memory)), published_(*reinterpret_cast<fp_resolver *>(memory_.data())),
      on_change_(std::move(on_change)),
      resolver_(
          settings,
          [this](const SocketAddress &server, const OwnQuery &query, std::chrono::nanoseconds timeout,
                 const QueryClient::Callback &callback) { return probe(server, query, timeout, callback); },
          [this](HealthState) { publish(); }),
      timer_(std::move(timer)), client_(std::move(client)) {}

Result<std::unique_ptr<ResolverWatch>> ResolverWatch::create(int map_fd, const Config &config,
                                                             const std::set<IpAddress> &listen,
                                                             std::function<void(HealthState)> on_change) {
    Result<MappedMemory> memory = MappedMemory::of_map(map_fd, sizeof(fp_resolver), "resolver");
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    Result<DeadlineTimer> timer = DeadlineTimer::create();
    if (!timer) {
        return tl::unexpected(timer.error());
    }
    Result<QueryClient> client = QueryClient::create(most_probes);
    if (!client) {
        return tl::unexpected(client.error());
    }
    return std::unique_ptr<ResolverWatch>(new ResolverWatch(
        std::move(*memory), settings_of(config, listen), std::move(*timer), std::move(*client), std::move(on_change)));
}

Result<> ResolverWatch::join(EventLoop &loop) {
    publish();
    run();
    const Result<> joined = loop.on_readable(timer_.poll_fd(), [this] { run(); });
    return joined ? loop.on_readable(client_.poll_fd(), [this] { client_.on_ready(); }) : joined;
}

void ResolverWatch::configure(const Config &config, const std::set<IpAddress> &listen) {
    resolver_.configure(settings_of(config, listen), monotonic_ns());
    run();
}

void ResolverWatch::run() {
    timer_.drain();
    const uint64_t now = monotonic_ns();
    if (resolver_.due_ns() <= now) {
        resolver_.run(now);
    }
    publish();
    timer_.arm(resolver_.due_ns());
}

// An answer to a probe is one of the answers that the programs wait for, though it does not pass by them.
Result<> ResolverWatch::probe(const SocketAddress &server, const OwnQuery &query, std::chrono::nanoseconds timeout,
                              const QueryClient::Callback &callback) {
    std::atomic_ref<__u64>(published_.probed_ns).store(monotonic_ns(), std::memory_order_relaxed);
    return client_.ask(server, query, timeout,
                       [this, callback, asked = monotonic_ns()](const QueryAnswer &answer, uint64_t now) {
                           const std::atomic_ref<__u64> owed(published_.owed_since_ns);
                           if (answer && owed.load(std::memory_order_relaxed) < asked) {
                               owed.store(0, std::memory_order_relaxed);
                           }
                           callback(answer, now);
                           run();
                       });
}

void ResolverWatch::publish() {
    const uint32_t state = abi_state(resolver_.state());
    const uint32_t takes_queries = resolver_.usable() ? 1 : 0;
    if (published_.state == state && published_.takes_queries == takes_queries) {
        return;
    }
    if (published_.state != state) {
        published_.state_since_ns = monotonic_ns();
    }
    std::atomic_ref<__u32>(published_.state).store(state, std::memory_order_relaxed);
    std::atomic_ref<__u32>(published_.takes_queries).store(takes_queries, std::memory_order_relaxed);
    on_change_(resolver_.state());
}

} // namespace fastpath
