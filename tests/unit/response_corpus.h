// SPDX-License-Identifier: Apache-2.0
// Well-formed responses of every kind that a resolver gives: what the reader, the entry builder and the fuzzer start
// from.
#pragma once

#include "response_text.h"

#include <ostream>
#include <string>
#include <vector>

namespace fastpath::test {

struct CorpusResponse {
    std::string name; // for test names: letters, digits and _
    ResponseText text;
};

inline void PrintTo(const CorpusResponse &response, std::ostream *out) {
    *out << response.name;
}

[[nodiscard]] const std::vector<CorpusResponse> &response_corpus();

} // namespace fastpath::test
