// SPDX-License-Identifier: Apache-2.0
// What dig and kdig print, read back. Both write answers in the form of a zone file, with headings in comments.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace fastpath::test {

struct ShownRecord {
    std::string owner;
    uint32_t ttl;
    std::string type;
    std::string data;
};

struct ShownAnswer {
    std::string status;          // "NOERROR"; "" where there was no answer
    std::set<std::string> flags; // "qr", "aa", ...
    std::string question;        // the name, in the case it came back in
    std::vector<ShownRecord> answer;
    std::vector<ShownRecord> authority;
    bool over_tcp = false;
    std::string text;

    // The lowest TTL of answer and authority; throws where there is no record.
    [[nodiscard]] uint32_t ttl() const;
    // The RDATA of the answer section, sorted: the order of a set means nothing.
    [[nodiscard]] std::multiset<std::string> data() const;
};

ShownAnswer parse_dig(const std::string &text);

// All that has to stay the same while an answer ages, as sorted lines: status, flags, records without TTLs.
std::multiset<std::string> without_ttls(const ShownAnswer &answer);

} // namespace fastpath::test
