// SPDX-License-Identifier: Apache-2.0
#include "popularity.h"

#include <algorithm>

namespace fastpath::test {

ZipfNames::ZipfNames(uint32_t names) {
    double sum = 0;
    share_up_to_.reserve(names);
    for (uint32_t rank = 1; rank <= names; rank++) {
        sum += 1.0 / rank;
        share_up_to_.push_back(sum);
    }
}

uint32_t ZipfNames::operator()(Dice &dice) {
    constexpr uint64_t prime = 2654435761; // so that no two ranks have one number, however many there are
    std::uniform_real_distribution<double> any(0, share_up_to_.back());
    const auto at = std::upper_bound(share_up_to_.begin(), share_up_to_.end() - 1, any(dice));
    const auto rank = static_cast<uint64_t>(at - share_up_to_.begin());
    return static_cast<uint32_t>(rank * prime % share_up_to_.size());
}

} // namespace fastpath::test
