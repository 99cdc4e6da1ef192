// SPDX-License-Identifier: Apache-2.0
// ConfigInForce: tells the programs and the host what the config says of queries: the addresses that are answered on, who is served,
// where misses go, what is not tracked; and again when addresses change. Of the cache: see CacheKeeper.
#pragma once

#include "bpf/programs.h"
#include "config/config.h"
#include "daemon/cache_keeper.h"
#include "daemon/event_loop.h"
#include "daemon/resolver_watch.h"
#include "daemon/steering.h"
#include "daemon/untracking.h"
#include "util/address.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/abi.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace fastpath {

class ConfigInForce {
  public:
    // All but `config` outlive it.
    ConfigInForce(const Programs &programs, const std::filesystem::path &pins, fp_meta &meta, CacheKeeper &cache,
                  const Config &config)
        : programs_(programs), meta_(meta), cache_(cache), untracking_(pins, meta, config) {}

    // Leaves traces on the host: leave_host() is for after a failure, too.
    Result<> start(const Config &config);

    Result<> join(EventLoop &loop);

    // In the place of the config of before, as a whole or not at all.
    Result<> apply(const Config &config);

    // Addresses of this host may have come or gone.
    void follow_addresses(const Config &config);
    // An interface may be another than before.
    void follow_interfaces(const Config &config) { steering_->follow_interfaces(config); }

    // Each second.
    void tick(uint64_t now_ns) { untracking_.tick(now_ns); }

    // Takes back what was changed on this host beside the interfaces and the pins.
    Result<> leave_host();

    // Of the config in force; "" where it has no such pool.
    [[nodiscard]] std::string pool_name(uint16_t pool) const { return steering_->pool_name(pool); }
    // Where a query of our own is to go: where a miss of a client would. None while that would be in vain.
    [[nodiscard]] std::optional<SocketAddress> server_for(std::span<const uint8_t> name, const Asker &asker) const;

  private:
    Result<> start_steering();
    Result<> watch_resolver(const Config &config, const std::set<IpAddress> &addresses);

    const Programs &programs_;
    fp_meta &meta_;
    CacheKeeper &cache_;
    std::set<IpAddress> answered_on_;
    Untracking untracking_;
    std::unique_ptr<Steering> steering_;
    std::unique_ptr<ResolverWatch> resolver_;
};

} // namespace fastpath
