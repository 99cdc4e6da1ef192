// SPDX-License-Identifier: Apache-2.0
// Changes between two configs: see diff.h.
#include "config/diff.h"

#include "config/keys.h"

namespace fastpath {

std::vector<ConfigChange> diff(const Config &old, const Config &now) {
    std::vector<ConfigChange> changes;
    for (const Key &key : config_keys()) {
        std::string before = value_text(key, old);
        std::string after = value_text(key, now);
        if (before != after) {
            const bool reloadable = key.on_reload == OnReload::applied;
            changes.push_back({std::string(key.path), std::move(before), std::move(after), reloadable});
        }
    }
    return changes;
}

} // namespace fastpath
