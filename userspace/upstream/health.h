// SPDX-License-Identifier: Apache-2.0
// Health: from the results of probes to the state of what is probed, and when to probe it next. Pure: who probes, and
// how, is not known here. Times are CLOCK_MONOTONIC ns.
#pragma once

#include "upstream/never.h"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace fastpath {

// `health` of the config.
struct HealthSettings {
    std::chrono::nanoseconds interval = std::chrono::seconds(1); // between the starts of two probes
    std::chrono::nanoseconds timeout =
        std::chrono::milliseconds(500); // without an answer for this long, a probe has failed
    unsigned fall = 3;                  // so many failures in a row: down
    unsigned rise = 2;                  // so many answers in a row: up again
    // How long a return from down is `recovering`; 0 = it is not.
    std::chrono::nanoseconds recovery{0};

    bool operator==(const HealthSettings &) const = default;
};

enum class HealthState : uint8_t {
    unknown, // neither an answer nor `fall` failures yet
    up,      // the first answer of all is enough: there is no state yet that it could make flap
    down,
    recovering, // up, but what piled up while it was down should reach it slowly
};

[[nodiscard]] std::string_view to_string(HealthState state);

class Health {
  public:
    explicit Health(const HealthSettings &settings) : settings_(settings) {}

    [[nodiscard]] HealthState state() const { return state_; }
    [[nodiscard]] bool is_up() const { return state_ == HealthState::up || state_ == HealthState::recovering; }

    // What happens to it. Each says whether the state has changed.
    bool probe_answered(uint64_t now_ns);
    bool probe_failed(uint64_t now_ns);
    bool advance(uint64_t now_ns); // time passes: at due_ns() at the latest
    bool went_silent();            // it does not answer others, whatever it says to probes

    // When the state changes without an event.
    [[nodiscard]] uint64_t due_ns() const { return state_ == HealthState::recovering ? recovered_ns_ : never_ns; }

    // Holds from the next event on; state and streak stay.
    void configure(const HealthSettings &settings) { settings_ = settings; }
    [[nodiscard]] const HealthSettings &settings() const { return settings_; }

  private:
    bool become(HealthState state);

    HealthSettings settings_;
    HealthState state_ = HealthState::unknown;
    unsigned streak_ = 0; // answers in a row while down, otherwise failures in a row
    uint64_t recovered_ns_ = never_ns;
};

// When to begin the probe after the one of `begun_ns`: after the interval, or up to a tenth of it earlier as `random`
// says, so that many probers do not fall into step, and none of them is slower than the interval promises.
[[nodiscard]] uint64_t next_probe_ns(const HealthSettings &settings, uint64_t begun_ns, uint32_t random);

} // namespace fastpath
