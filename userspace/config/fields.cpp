// SPDX-License-Identifier: Apache-2.0
// Strict maps: see fields.h.
#include "config/fields.h"

#include "config/spelling.h"
#include "util/quote.h"

#include <algorithm>
#include <map>
#include <set>

namespace fastpath {

namespace {

std::vector<std::string_view> names_of(const std::vector<MapKey> &keys) {
    std::vector<std::string_view> names;
    names.reserve(keys.size());
    for (const MapKey &key : keys) {
        names.push_back(key.name);
    }
    return names;
}

} // namespace

Parsed<std::vector<Field>> read_fields(const YAML::Node &map, const std::string &where) {
    std::vector<Field> fields;
    std::map<std::string, int> line_of;
    for (const auto &entry : map) {
        const YAML::Mark mark = entry.first.Mark();
        if (!entry.first.IsScalar()) {
            return problem(mark, "a key must be a word");
        }
        const std::string &name = entry.first.Scalar();
        const auto [first, is_new] = line_of.emplace(name, mark.line + 1);
        if (!is_new) {
            return problem(mark, "duplicate key " + in_quotes(where + name) + "; it is already set in line " +
                                     std::to_string(first->second));
        }
        fields.push_back({name, mark, entry.second});
    }
    return fields;
}

Parsed<> needs_value(const Field &field, const std::string &allowed) {
    if (field.value.IsNull()) {
        return problem(field.mark, "expected " + allowed + ", found nothing");
    }
    return {};
}

Parsed<> read_map(const YAML::Node &map, const std::string &allowed, const std::vector<MapKey> &known) {
    if (!map.IsMap()) {
        return unexpected_value(map, allowed);
    }
    std::set<std::string_view> missing;
    for (const MapKey &key : known) {
        if (key.required) {
            missing.insert(key.name);
        }
    }
    const auto fields = read_fields(map, "");
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    for (const Field &field : *fields) {
        const auto key = std::find_if(known.begin(), known.end(), [&](auto &k) { return k.name == field.name; });
        if (key == known.end()) {
            return unknown_key(field.mark, field.name, names_of(known));
        }
        if (Parsed<> read = needs_value(field, allowed).and_then([&] { return key->read(field.value); }); !read) {
            return read;
        }
        missing.erase(key->name);
    }
    if (!missing.empty()) {
        return problem(map.Mark(), "expected " + allowed + ", found no " + in_quotes(*missing.begin()));
    }
    return {};
}

tl::unexpected<Problem> unknown_key(const YAML::Mark &mark, std::string_view path,
                                    const std::vector<std::string_view> &here,
                                    const std::vector<std::string_view> &elsewhere) {
    return problem(mark, "unknown key " + in_quotes(path) + spelling_hint(path, here, elsewhere));
}

} // namespace fastpath
