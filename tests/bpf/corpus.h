// SPDX-License-Identifier: Apache-2.0
// The responses of the corpus that may be cached.
#pragma once

#include "unit/response_corpus.h"

#include <vector>

namespace fastpath::test {

// All but a referral, and without EDNS options, which are not cached.
[[nodiscard]] inline std::vector<CorpusResponse> cacheable_corpus() {
    std::vector<CorpusResponse> cacheable = response_corpus();
    std::erase_if(cacheable, [](const CorpusResponse &response) { return response.name == "referral"; });
    for (CorpusResponse &response : cacheable) {
        if (response.text.opt) {
            response.text.opt->options.clear();
        }
    }
    return cacheable;
}

} // namespace fastpath::test
