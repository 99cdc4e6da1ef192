// SPDX-License-Identifier: Apache-2.0
// Problems: see problem.h.
#include "config/problem.h"

#include "util/quote.h"

namespace fastpath {

namespace {

std::string found(const YAML::Node &node) {
    switch (node.Type()) {
    case YAML::NodeType::Scalar:
        return in_quotes(node.Scalar());
    case YAML::NodeType::Sequence:
        return "a list of " + std::to_string(node.size());
    case YAML::NodeType::Map:
        return "a map";
    default:
        return "nothing";
    }
}

} // namespace

tl::unexpected<Problem> unexpected_value(const YAML::Node &node, const std::string &allowed) {
    return problem(node.Mark(), "expected " + allowed + ", found " + found(node));
}

} // namespace fastpath
