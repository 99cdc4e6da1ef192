// SPDX-License-Identifier: Apache-2.0
// Health: the transitions.
#include "upstream/health.h"

namespace fastpath {
namespace {

constexpr uint64_t jitter_steps = 1024;
constexpr uint64_t jitter_share = 10; // a tenth of the interval

uint64_t count_ns(std::chrono::nanoseconds span) {
    return static_cast<uint64_t>(span.count());
}

} // namespace

std::string_view to_string(HealthState state) {
    switch (state) {
    case HealthState::unknown:
        return "unknown";
    case HealthState::up:
        return "up";
    case HealthState::down:
        return "down";
    case HealthState::recovering:
        return "recovering";
    }
    return "";
}

bool Health::become(HealthState state) {
    state_ = state;
    streak_ = 0;
    return true;
}

bool Health::probe_answered(uint64_t now_ns) {
    if (state_ == HealthState::unknown) {
        return become(HealthState::up);
    }
    if (state_ != HealthState::down) {
        streak_ = 0;
        return advance(now_ns);
    }
    if (++streak_ < settings_.rise) {
        return false;
    }
    if (settings_.recovery.count() == 0) {
        return become(HealthState::up);
    }
    recovered_ns_ = now_ns + count_ns(settings_.recovery);
    return become(HealthState::recovering);
}

bool Health::probe_failed(uint64_t now_ns) {
    if (state_ == HealthState::down) {
        streak_ = 0;
        return false;
    }
    return ++streak_ >= settings_.fall ? become(HealthState::down) : advance(now_ns);
}

bool Health::went_silent() {
    return state_ != HealthState::down && become(HealthState::down);
}

// Failures that were just counted go on counting: that it has recovered is a matter of time, not a sign of life.
bool Health::advance(uint64_t now_ns) {
    if (now_ns < due_ns()) {
        return false;
    }
    state_ = HealthState::up;
    return true;
}

uint64_t next_probe_ns(const HealthSettings &settings, uint64_t begun_ns, uint32_t random) {
    const uint64_t interval = count_ns(settings.interval);
    return begun_ns + interval - interval / jitter_share / jitter_steps * (random % jitter_steps);
}

} // namespace fastpath
