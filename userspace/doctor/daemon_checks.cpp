// SPDX-License-Identifier: Apache-2.0
// The check of how the daemon runs.
#include "doctor/checks.h"

#include <string>

namespace fastpath::doctor {

Finding check_heartbeat(const Facts &facts) {
    constexpr uint64_t limit_seconds = 10; // the daemon beats every second
    const std::string age = std::to_string(facts.daemon.heartbeat_age_seconds) + " s";
    if (!facts.daemon.is_running) {
        return problem("heartbeat", "the daemon is not running, its last heartbeat was " + age + " ago",
                       "start dns-fastpathd: without it nothing new is cached, and after 30 s all misses go to the "
                       "resolver on this host");
    }
    if (facts.daemon.heartbeat_age_seconds > limit_seconds) {
        return problem("heartbeat", "the daemon gave no heartbeat for " + age, "see its log, then restart it");
    }
    return ok("heartbeat", "the daemon runs, its last heartbeat was " + age + " ago");
}

} // namespace fastpath::doctor
