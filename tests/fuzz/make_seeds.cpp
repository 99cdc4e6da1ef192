// SPDX-License-Identifier: Apache-2.0
// Writes the responses of the unit tests as a seed corpus: make_seeds FOLDER. Seeds are made, not kept as binaries.
#include "unit/response_corpus.h"

#include <dns_fastpath/hash.h>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace {

using fastpath::test::ResponseText;

// The bits of a query that this response answers, so that the policy lets the seed through.
uint8_t matching_query_bits(const ResponseText &text) {
    const bool asked_do = text.opt && (text.opt->flags & FP_EDNS_DO) != 0;
    const bool asked_ad = (text.flags & FP_DNS_AD) != 0;
    return static_cast<uint8_t>((asked_do ? FP_QUERY_DO : 0) | (asked_ad ? FP_QUERY_AD : 0));
}

void write_seeds(const std::filesystem::path &folder) {
    std::filesystem::create_directories(folder);
    for (const auto &[name, text] : fastpath::test::response_corpus()) {
        // As message_fuzzer.cpp reads them: query bits, failure_ttl, limit (two octets).
        std::vector<uint8_t> seed{matching_query_bits(text), 5, 0x04, 0xd0};
        const std::vector<uint8_t> wire = to_wire(text);
        seed.insert(seed.end(), wire.begin(), wire.end());
        std::ofstream file(folder / name, std::ios::binary);
        file.exceptions(std::ios::badbit | std::ios::failbit);
        file.write(reinterpret_cast<const char *>(seed.data()), static_cast<std::streamsize>(seed.size()));
    }
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::cerr << "usage: make_seeds FOLDER\n";
        return 2;
    }
    try {
        write_seeds(argv[1]);
    } catch (const std::exception &error) {
        std::cerr << "make_seeds: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
