// SPDX-License-Identifier: Apache-2.0
// The one table of keys. Parser, --print-config, reload and REFERENCE.md all come from it.
#pragma once

#include "config/value.h"

#include <string_view>
#include <vector>

namespace fastpath {

enum class OnReload { applied, needs_restart };

struct Key {
    std::string_view path; // "cache.max_ttl", or "interfaces" at the top level
    OnReload on_reload;
    Value value;
    std::string_view help; // one line
};

const std::vector<Key> &config_keys();

// The two parts of "cache.max_ttl"; a key at the top level has no section.
std::string_view section_of(std::string_view path);
std::string_view name_of(std::string_view path);

// A value on one line, as it may stand in a config file.
std::string node_text(const YAML::Node &node);
std::string value_text(const Key &key, const Config &config);

} // namespace fastpath
