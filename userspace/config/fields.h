// SPDX-License-Identifier: Apache-2.0
// Strict reading of a YAML map: every key is a word, none comes twice, none is unknown. yaml-cpp checks none of that.
#pragma once

#include "config/problem.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fastpath {

struct Field {
    std::string name;
    YAML::Mark mark; // of the name
    YAML::Node value;
};

// In the order of the file. `where` is put before names in messages: "cache." or nothing.
Parsed<std::vector<Field>> read_fields(const YAML::Node &map, const std::string &where);

// One key that a small map of known shape may have, such as an item of a list.
struct MapKey {
    std::string_view name;
    bool required;
    std::function<Parsed<>(const YAML::Node &)> read;
};

// `allowed` describes the whole map.
Parsed<> read_map(const YAML::Node &map, const std::string &allowed, const std::vector<MapKey> &known);

// yaml-cpp gives an absent value the place of whatever follows it, so the complaint is made at the name.
Parsed<> needs_value(const Field &field, const std::string &allowed);

// Puts what was read where it belongs.
template <class T> Parsed<> store(Parsed<T> value, T &member) {
    return std::move(value).map([&](T &&read) { member = std::move(read); });
}

// With a spelling_hint().
tl::unexpected<Problem> unknown_key(const YAML::Mark &mark, std::string_view path,
                                    const std::vector<std::string_view> &here,
                                    const std::vector<std::string_view> &elsewhere = {});

} // namespace fastpath
