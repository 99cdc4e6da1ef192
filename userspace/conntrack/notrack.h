// SPDX-License-Identifier: Apache-2.0
// Notrack: owns the nftables table that keeps DNS to and from this host's resolver out of connection tracking. In the network
// namespace of the caller; needs CAP_NET_ADMIN. What the table holds is written in notrack_rules.
#pragma once

#include "conntrack/firewall_events.h"
#include "conntrack/notrack_rules.h"
#include "util/address.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/abi.h>
#include <functional>
#include <optional>
#include <set>
#include <string>

namespace fastpath {

class Notrack {
  public:
    // Why DNS must not be left untracked on this host, in words with the remedy; nullopt: it may.
    using Hindrance = std::function<std::optional<std::string>()>;

    // Changes nothing yet. Fails where this kernel has no nftables to watch; the error says what to do. `table` is that of the
    // daemon's pins: notrack_table().
    static Result<Notrack> create(std::string table = notrack_table(FP_PIN_ROOT), Hindrance hindrance = {});

    // Puts the table in place, or in the place of the one that is there. Not where something hinders it: a firewall that wants
    // DNS tracked would drop it then, and a tracked resolver is better than none.
    Result<> set_addresses(const std::set<IpAddress> &addresses);

    // Removes the table, if we or an earlier daemon put one there, and nothing else. It is not put back after that.
    Result<> remove();

    // Readable when something of the host's firewall has changed: keep_in_place() is to be called then.
    [[nodiscard]] int fd() const { return events_.fd(); }

    // Where a reload of the firewall took the table away or changed it: puts it back and says so in the log. Where new rules
    // hinder it, takes it away, and puts it back when they have gone. At most once a second, so that two who want different
    // tables do not keep a CPU busy: call it on a tick as well.
    void keep_in_place(uint64_t now_ns);

  private:
    Notrack(std::string table, Hindrance hindrance, FirewallEvents events)
        : table_(std::move(table)), hindrance_(std::move(hindrance)), events_(std::move(events)) {}

    Result<> install();
    Result<> take_out();
    void follow_firewall();
    void restore();

    std::string table_;
    Hindrance hindrance_;
    FirewallEvents events_;
    std::optional<std::set<IpAddress>> addresses_; // none = the table is not wanted
    std::string listing_;                          // the table as nft shows it; "" where it is not in place
    FirewallChange changed_;                       // since we last looked
    bool failed_ = false;                          // it could not be put in place, which was said
    bool hindered_ = false;                        // it must not be in place, which was said
    uint64_t looked_ns_ = 0;
};

} // namespace fastpath
