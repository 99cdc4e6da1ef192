// SPDX-License-Identifier: Apache-2.0
#include "daemon/event_loop.h"

#include "util/clock.h"
#include "util/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <sys/eventfd.h>

namespace fastpath::test {
namespace {

using namespace std::chrono_literals;

// Readable all the time: nobody reads it.
TEST(EventLoop, AReadableDescriptorIsLookedAtAgainAfterEachPause) {
    constexpr auto pause = 10ms;
    constexpr int calls_wanted = 5;
    auto loop = EventLoop::create();
    ASSERT_TRUE(loop);
    const UniqueFd readable(::eventfd(1, EFD_CLOEXEC));
    int calls = 0;
    ASSERT_TRUE(loop->on_readable(readable.get(), pause, [&] {
        if (++calls == calls_wanted) {
            loop->stop(0);
        }
    }));
    const uint64_t start = monotonic_ns();
    ASSERT_TRUE(loop->run());
    EXPECT_EQ(calls, calls_wanted);
    EXPECT_GE(std::chrono::nanoseconds(monotonic_ns() - start), (calls_wanted - 1) * pause);
}

} // namespace
} // namespace fastpath::test
