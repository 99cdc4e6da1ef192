// SPDX-License-Identifier: Apache-2.0
// For programs that have nothing to do where something fails but to say so.
#pragma once

#include "util/result.h"

#include <stdexcept>
#include <utility>

namespace fastpath::test {

template <class T> T value_or_throw(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
}

} // namespace fastpath::test
