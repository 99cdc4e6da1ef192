// SPDX-License-Identifier: Apache-2.0
// Waiting for a condition, with a limit. The only place in the tests that lets time pass.
#pragma once

#include <chrono>
#include <thread>

namespace fastpath::test {

inline constexpr std::chrono::milliseconds patience{10'000}; // for what takes an instant on an idle machine

// Polls until `condition` holds; false when the time is over.
template <class Condition> bool eventually(Condition condition, std::chrono::milliseconds limit = patience) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

} // namespace fastpath::test
