// SPDX-License-Identifier: Apache-2.0
// Facts: all that the status page shows, as plain values, so that a test can write them down.
#pragma once

#include "metrics/readings.h"
#include "status/event_log.h"
#include "status/history.h"

#include <string>
#include <vector>

namespace fastpath::status {

struct Facts {
    std::string host;
    std::string version;
    Readings readings;
    std::vector<Moment> moments;
    std::vector<AllowanceLoss> losses;
    std::vector<Event> events; // the newest first
    std::chrono::system_clock::time_point now;
};

// By the last seconds of the history; the rest is by the readings.
struct Rates {
    double queries = 0;
    double hits = 0; // stale answers too
    double stale = 0;
    double misses = 0;
    double unanswered = 0;
    double ring_lost = 0; // over the whole history
};

Rates rates_of(const Facts &facts);
uint64_t queries_in(const Moment &moment); // of all results

// Age of the last heartbeat, in seconds.
double heartbeat_age(const Readings &readings);

// 0 where there is no limit.
double conntrack_fill(const ConntrackFill &fill);

} // namespace fastpath::status
