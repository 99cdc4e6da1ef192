// SPDX-License-Identifier: Apache-2.0
// ReloadRecord: what came of a reload, from the daemon to dns-fastpathctl by the map `reload`.
#pragma once

#include "util/result.h"

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/abi.h>
#include <optional>
#include <string>
#include <vector>

namespace fastpath {

struct ReloadRecord {
    struct Change {
        std::string text; // "cache.stale_ttl: 30 -> 60"
        bool applied;     // false: takes effect with the next start

        bool operator==(const Change &) const = default;
    };

    uint64_t began_ns = 0;
    fp_reload_outcome outcome = FP_RELOAD_DONE;
    std::string reason = {};          // where it was not done
    std::vector<Change> changes = {}; // where it was
    size_t changes_left_out = 0;      // for which there was no room

    bool operator==(const ReloadRecord &) const = default;
};

// Into the memory of the map, beside readers.
void write_reload(fp_reload &element, const ReloadRecord &record);

// The last reload that is over; nullopt where there was none yet, and while one is being written down.
std::optional<ReloadRecord> parse_reload(const fp_reload &element);

// The same, of a descriptor of the map.
Result<std::optional<ReloadRecord>> read_reload(int map_fd);

} // namespace fastpath
