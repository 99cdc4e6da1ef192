// SPDX-License-Identifier: Apache-2.0
// UpstreamProbes: which of the upstreams are up. Each address is probed on its own, whatever pools it is in; and who does not
// answer the clients' queries is down, whatever it says to probes. Pure but for the log: time and the asking are given to it.
// Times are CLOCK_MONOTONIC ns.
#pragma once

#include "dns/name.h"
#include "dns/rr_type.h"
#include "upstream/health.h"
#include "upstream/query_client.h"
#include "upstream/silence.h"
#include "util/address.h"

#include <cstdint>
#include <dns_fastpath/dns_wire.h>
#include <functional>
#include <map>
#include <random>
#include <string>

namespace fastpath {

class UpstreamProbes {
  public:
    struct Settings {
        std::map<IpAddress, std::string> upstreams; // and what the log says of each: "pool default, az use1-az1"
        HealthSettings health;                      // nobody is `recovering` here: an upstream that is back is up
        WireName name{0};                           // of the probe: the root
        uint16_t type = rr_type::ns;
        uint16_t port = FP_DNS_PORT;

        bool operator==(const Settings &) const = default;
    };
    // Called from mark_silent() and from within the client. Not for who comes or goes with the settings.
    using OnChange = std::function<void(const IpAddress &upstream, HealthState now)>;

    // As for LocalResolver: a client of its own, that does not call back after the end of this object.
    UpstreamProbes(Ask ask, OnChange on_change) : ask_(std::move(ask)), on_change_(std::move(on_change)) {}
    ~UpstreamProbes() = default;
    UpstreamProbes(const UpstreamProbes &) = delete;
    UpstreamProbes &operator=(const UpstreamProbes &) = delete;

    // State and schedule of upstreams that stay are kept, unless it is the probing that changes: then all are due. New ones are
    // unknown, and due.
    void configure(Settings settings, uint64_t now_ns);

    // When run() has probes to send; never_ns while it is for answers that it waits.
    [[nodiscard]] uint64_t due_ns() const;
    void run(uint64_t now_ns);

    // Clients get no answers from it. It is down at once, and stays so for a while even if it answers probes: each time that it
    // is silent again soon after its return, twice as long.
    void mark_silent(const IpAddress &address, const Silence &silence, uint64_t now_ns);

    // `unknown` where there is no such upstream.
    [[nodiscard]] HealthState state(const IpAddress &address) const;

  private:
    struct Upstream {
        explicit Upstream(const HealthSettings &settings) : health(settings) {}

        Health health;
        uint64_t begun_ns = 0;   // its last probe
        uint64_t due_ns = 0;     // never_ns while one is under way
        uint64_t probe = 0;      // the number of that one
        uint64_t up_ns = 0;      // when it became up last
        uint64_t hold_ns = 0;    // how long it was kept down when it was silent last
        uint64_t held_to_ns = 0; // until then, an answer to a probe is not believed
        bool refusal_is_logged = false;
    };

    void begin_probe(const IpAddress &address, Upstream &upstream, uint64_t now_ns);
    void take_reply(const IpAddress &address, uint64_t probe, const QueryAnswer &answer, uint64_t now_ns);
    void take_answer(const IpAddress &address, Upstream &upstream, const QueryAnswer &answer, uint64_t now_ns);
    void log_refusal(const IpAddress &address, Upstream &upstream, const QueryAnswer &answer) const;
    [[nodiscard]] std::string name_of(const IpAddress &address) const;

    Ask ask_;
    OnChange on_change_;
    Settings settings_;
    std::map<IpAddress, Upstream> upstreams_;
    std::minstd_rand jitter_{std::random_device()()}; // spreads probes; nothing secret
    uint64_t last_probe_ = 0;                         // a number is not used twice
    bool lack_is_logged_ = false;
};

} // namespace fastpath
