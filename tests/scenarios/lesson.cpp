// SPDX-License-Identifier: Apache-2.0
#include "lesson.h"

#include <dns_fastpath/counters.h>

namespace fastpath::test {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

} // namespace

std::string Lesson::text() const {
    std::string text;
    for (size_t i = 0; i < FP_LEARN_COUNT; i++) {
        text +=
            learn_count(counted_, static_cast<fp_learn_outcome>(i)) != 0 ? std::string(" ") + learn_names[i].name : "";
    }
    for (size_t i = 0; i < fill_reject_count; i++) {
        const bool is_reason = FP_COUNTER_REJECT(&rejected_, i) != 0;
        text += is_reason ? " " + std::string(label(static_cast<FillReject>(i))) : "";
    }
    return "the answer:" + text + ", put into the cache " + std::to_string(fills_) + " times";
}

AssertionResult Lesson::is_kept() const {
    const bool kept = learn_count(counted_, FP_LEARN_sent) == 1 && fills_ == 1;
    return kept ? AssertionSuccess() : AssertionFailure() << text();
}

AssertionResult Lesson::is_not_kept(FillReject reason) const {
    const bool refused = FP_COUNTER_REJECT(&rejected_, static_cast<size_t>(reason)) == 1 && fills_ == 0;
    return refused ? AssertionSuccess() : AssertionFailure() << text();
}

AssertionResult Lesson::is_not_kept(fp_learn_outcome reason) const {
    const bool refused = learn_count(counted_, reason) == 1 && fills_ == 0;
    return refused ? AssertionSuccess() : AssertionFailure() << text();
}

} // namespace fastpath::test
