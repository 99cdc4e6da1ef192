// SPDX-License-Identifier: Apache-2.0
// What to say of a name that nobody knows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fastpath {

// "; did you mean ...?" with the name that was probably meant, which may be one of `elsewhere`; else "; known here: ..." with
// those that are known here. For paths as well: one that ends alike is near.
std::string spelling_hint(std::string_view name, const std::vector<std::string_view> &here,
                          const std::vector<std::string_view> &elsewhere = {});

} // namespace fastpath
