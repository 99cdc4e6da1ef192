// SPDX-License-Identifier: Apache-2.0
// Strict maps: see fields.h.
#include "config/fields.h"

#include "util/quote.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace fastpath {

namespace {

// Levenshtein's distance, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

std::string_view last_part(std::string_view path) {
    return path.substr(path.rfind('.') + 1); // npos + 1 is 0
}

// A key in the wrong section differs only before the dot, so the last parts are compared as well.
std::size_t difference(std::string_view path, std::string_view known) {
    return std::min(edit_distance(path, known), edit_distance(last_part(path), last_part(known)));
}

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
    std::vector<std::string_view> known = here;
    known.insert(known.end(), elsewhere.begin(), elsewhere.end());
    const auto nearest = std::min_element(known.begin(), known.end(),
                                          [path](auto a, auto b) { return difference(path, a) < difference(path, b); });
    const std::string text = "unknown key " + in_quotes(path);
    // Two slips, or one in a short name, are a typing error; more is another word.
    if (nearest != known.end() && difference(path, *nearest) <= std::min<std::size_t>(2, last_part(path).size() / 3)) {
        return problem(mark, text + "; did you mean " + in_quotes(*nearest) + "?");
    }
    std::string list;
    for (const std::string_view name : here) {
        list.append(list.empty() ? "" : ", ").append(name);
    }
    return problem(mark, text + "; known here: " + list);
}

} // namespace fastpath
