// SPDX-License-Identifier: Apache-2.0
// Random positive answers: a chain of CNAMEs, an RRset, and other sections, with names that share endings, so that
// compression has much to do.
#pragma once

#include "unit/response_text.h"

#include <cstdint>

namespace fastpath::test {

// The same for the same seed. Its OPT stands anywhere in the additional section.
[[nodiscard]] ResponseText random_answer(uint32_t seed);

} // namespace fastpath::test
