// SPDX-License-Identifier: Apache-2.0
// What a test asks before it skips: is the program there that it needs, and may it skip at all.
#pragma once

#include <string>

namespace fastpath::test {

// Where a shell of root finds it, too.
[[nodiscard]] bool is_installed(const std::string &program);

// Not where CI=true: a machine that cannot run a test must not look like one that passed it.
[[nodiscard]] bool may_skip();

} // namespace fastpath::test
