// SPDX-License-Identifier: Apache-2.0
// ResolverWatch: probes the resolver on this host and tells the programs, by the map `resolver`.
#pragma once

#include "bpf/mapped_memory.h"
#include "config/config.h"
#include "daemon/event_loop.h"
#include "upstream/deadline_timer.h"
#include "upstream/local_resolver.h"
#include "upstream/query_client.h"

#include <dns_fastpath/config.h>
#include <functional>
#include <memory>
#include <optional>
#include <set>

namespace fastpath {

class ResolverWatch {
  public:
    // `on_change`: it is up or down, or takes our queries or no more.
    static Result<std::unique_ptr<ResolverWatch>> create(int map_fd, const Config &config,
                                                         const std::set<IpAddress> &listen,
                                                         std::function<void(HealthState)> on_change);

    Result<> join(EventLoop &loop);

    void configure(const Config &config, const std::set<IpAddress> &listen);

    // Where to send queries of our own; none while they would be in vain.
    [[nodiscard]] std::optional<SocketAddress> address() const { return resolver_.address(); }

  private:
    ResolverWatch(MappedMemory memory, const LocalResolver::Settings &settings, DeadlineTimer timer, QueryClient client,
                  std::function<void(HealthState)> on_change);

    Result<> probe(const SocketAddress &server, const OwnQuery &query, std::chrono::nanoseconds timeout,
                   const QueryClient::Callback &callback);
    void run();
    void publish();

    MappedMemory memory_;
    fp_resolver &published_;
    std::function<void(HealthState)> on_change_;
    LocalResolver resolver_;
    DeadlineTimer timer_;
    QueryClient client_; // its own, so that refreshes that hang never keep a probe waiting; last, so that it ends first
};

} // namespace fastpath
