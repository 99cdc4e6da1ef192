// SPDX-License-Identifier: Apache-2.0
// The series that the exporter has, and those that an expression of PromQL asks for.
#pragma once

#include <set>
#include <string>

namespace fastpath::test {

// A histogram is three: _bucket, _sum, _count.
std::set<std::string> exported_names();

// Words with our prefix.
std::set<std::string> names_in(const std::string &expression);

} // namespace fastpath::test
