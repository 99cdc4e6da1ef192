// SPDX-License-Identifier: Apache-2.0
// Responses: those of the corpus that may be cached, and one that small clients get a part of.
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

// The mail servers fit 512 octets, their addresses do not.
[[nodiscard]] inline ResponseText mail_servers() {
    ResponseText response = {.question = "example.com. IN MX"};
    for (int i = 0; i < 12; i++) {
        const std::string host = "mail" + std::to_string(i) + ".example.com.";
        response.answer.push_back("example.com. 300 IN MX 10 " + host);
        response.additional.push_back(host + " 300 IN AAAA 2001:db8::25");
    }
    return response;
}

} // namespace fastpath::test
