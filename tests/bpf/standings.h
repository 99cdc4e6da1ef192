// SPDX-License-Identifier: Apache-2.0
// The programs keep what they have read of `listeners` and `clients`, because rows of a generation in force never change. Those of
// tests do.
#pragma once

namespace fastpath::test {

// To be called after each change of such rows.
void forget_standings();

} // namespace fastpath::test
