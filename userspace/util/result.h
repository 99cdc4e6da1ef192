// SPDX-License-Identifier: Apache-2.0
// Result<T>: what every function at a boundary returns. An Error names the object, the errno text and the next step.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <tl/expected.hpp>
#include <utility>

namespace fastpath {

struct Error {
    std::string message;
};

template <class T = void> using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string message) {
    return tl::unexpected<Error>(Error{std::move(message)});
}

// "WHAT: No such file or directory". `code` is a positive errno value.
inline tl::unexpected<Error> fail_errno(std::string_view what, int code = errno) {
    return fail(std::string(what) + ": " + std::generic_category().message(code));
}

} // namespace fastpath
