// SPDX-License-Identifier: Apache-2.0
// FirstError: for who reads many things, each of which may fail, and wants all of them or the first error.
#pragma once

#include "util/result.h"

#include <optional>

namespace fastpath {

class FirstError {
  public:
    // The value, or an empty one where there is none: to be used only if nothing has failed in the end.
    template <class T> T value_of(Result<T> result) {
        if (!result) {
            error_ = error_ ? error_ : std::move(result.error());
            return T{};
        }
        return std::move(*result);
    }

    // Has something failed?
    [[nodiscard]] explicit operator bool() const { return error_.has_value(); }
    [[nodiscard]] const Error &error() const { return *error_; }

  private:
    std::optional<Error> error_;
};

} // namespace fastpath
