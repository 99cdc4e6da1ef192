// SPDX-License-Identifier: Apache-2.0
// Names that are near to each other: see spelling.h.
#include "config/spelling.h"

#include "util/quote.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace fastpath {

namespace {

constexpr std::size_t most_listed = 20; // all keys of the top level, but not hundreds of pools

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

} // namespace

std::string spelling_hint(std::string_view name, const std::vector<std::string_view> &here,
                          const std::vector<std::string_view> &elsewhere) {
    std::vector<std::string_view> known = here;
    known.insert(known.end(), elsewhere.begin(), elsewhere.end());
    const auto nearest = std::min_element(known.begin(), known.end(),
                                          [name](auto a, auto b) { return difference(name, a) < difference(name, b); });
    // Two slips, or one in a short name, are a typing error; more is another word.
    if (nearest != known.end() && difference(name, *nearest) <= std::min<std::size_t>(2, last_part(name).size() / 3)) {
        return "; did you mean " + in_quotes(*nearest) + "?";
    }
    std::string list;
    for (const std::string_view one : std::span(here).first(std::min(here.size(), most_listed))) {
        list.append(list.empty() ? "" : ", ").append(one);
    }
    return "; known here: " + list + (here.size() > most_listed ? ", ..." : "");
}

} // namespace fastpath
