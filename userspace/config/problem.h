// SPDX-License-Identifier: Apache-2.0
// Problem: an error that still knows its place in the YAML text. Only within this folder; load.cpp makes Errors of them.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <yaml-cpp/yaml.h>

namespace fastpath {

struct Problem {
    YAML::Mark mark; // lines and columns from 0
    std::string text;
};

template <class T = void> using Parsed = tl::expected<T, Problem>;

inline tl::unexpected<Problem> problem(const YAML::Mark &mark, std::string text) {
    return tl::unexpected<Problem>(Problem{mark, std::move(text)});
}

// "expected ALLOWED, found "text"", or whatever else is there.
tl::unexpected<Problem> unexpected_value(const YAML::Node &node, const std::string &allowed);

} // namespace fastpath
