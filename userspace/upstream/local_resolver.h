// SPDX-License-Identifier: Apache-2.0
// LocalResolver: is the resolver on this host there, at which of its addresses does it answer, and does it take our
// queries? Probes it, and says so. Pure but for the log: time and the asking are given to it. Times are
// CLOCK_MONOTONIC ns.
#pragma once

#include "dns/name.h"
#include "dns/rr_type.h"
#include "upstream/health.h"
#include "upstream/query_client.h"
#include "util/address.h"
#include "util/result.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <dns_fastpath/dns_wire.h>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace fastpath {

class LocalResolver {
  public:
    struct Settings {
        std::vector<IpAddress> listen; // tried in this order; 127.0.0.1 and ::1 come behind them
        HealthSettings health;
        WireName name{0}; // of the probe: the root
        uint16_t type = rr_type::ns;
        uint16_t port = FP_DNS_PORT;

        bool operator==(const Settings &) const = default;
    };
    using OnChange = std::function<void(HealthState now)>;

    // Due at once. The client behind `ask` must not call back after the end of this object, and should be one for probes
    // alone: where refreshes could fill it, a resolver that hangs would keep us from finding out.
    LocalResolver(const Settings &settings, Ask ask, OnChange on_change);
    ~LocalResolver() = default;
    LocalResolver(const LocalResolver &) = delete;
    LocalResolver &operator=(const LocalResolver &) = delete;

    // When run() has something to do: to begin a round of probes, or to let the state change with time. never_ns
    // while it is for answers that it waits.
    [[nodiscard]] uint64_t due_ns() const { return std::min(due_ns_, health_.due_ns()); }
    void run(uint64_t now_ns);

    // After a reload, or when addresses have changed. The state stays; if the settings are other ones, a round that is under way
    // is given up, and the next is due.
    void configure(const Settings &settings, uint64_t now_ns);

    [[nodiscard]] HealthState state() const { return health_.state(); }

    // Where to send queries of our own; none while they would be in vain: it is not up, or it refuses them.
    [[nodiscard]] std::optional<SocketAddress> address() const;
    [[nodiscard]] bool usable() const { return address().has_value(); }

  private:
    // What an address gave, in order of preference.
    enum class Reply : uint8_t {
        none,
        refused, // it is there, but not for us
        poor,    // it is there, but cannot resolve: SERVFAIL and the like
        good,    // NOERROR, NXDOMAIN
    };

    void begin_round(uint64_t now_ns);
    void ask(size_t candidate);
    void ask_others();
    void take_reply(size_t candidate, Reply reply, uint64_t now_ns);
    void end_round(uint64_t now_ns);
    [[nodiscard]] size_t best_candidate() const;
    void settle_on(size_t candidate);
    void note(bool state_changed);
    void log_state() const;
    [[nodiscard]] std::string candidate_list() const;
    [[nodiscard]] static Reply reply_of(const QueryAnswer &answer);

    Settings settings_;
    std::vector<IpAddress> candidates_;
    Ask ask_;
    OnChange on_change_;
    Health health_;
    std::minstd_rand jitter_{std::random_device()()}; // spreads probes; nothing secret
    uint64_t due_ns_ = 0;

    size_t chosen_ = 0;           // of the candidates
    Reply reply_ = Reply::none;   // of the chosen one in the last round that had any; none: nothing is known of it
    bool is_asked_alone_ = false; // the chosen one was good in the last round
    std::optional<IpAddress> answered_at_; // the last of which the log knows
    bool refusal_is_logged_ = false;
    bool lack_is_logged_ = false;

    // A round: the chosen one is asked, and if that is not good, the others; then the health machine hears of it, once.
    uint64_t round_ = 0;
    uint64_t begun_ns_ = 0;
    size_t open_ = 0; // probes without a result yet
    bool others_asked_ = false;
    std::vector<Reply> replies_;
    std::string lack_; // why a probe could not be sent
};

} // namespace fastpath
