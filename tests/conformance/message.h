// SPDX-License-Identifier: Apache-2.0
// A DNS message in the words in which two are compared. ldns reads the records, so the product's reader judges nothing here.
#pragma once

#include "harness/octets.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace fastpath::test {

// The records of one owner, class and type (and for signatures, type covered): their order means nothing (RFC 1794). Names
// are in lower case, because their case means nothing either (RFC 4343 3).
struct RecordSet {
    std::string owner;
    std::string name;                 // what makes the set: owner, class, type
    uint32_t ttl = 0;                 // the highest
    std::vector<std::string> data;    // sorted
    std::vector<std::string> written; // owners and data in the case in which they came, sorted
};

struct Message {
    uint16_t flags = 0;
    std::array<uint16_t, 4> counts{};
    std::string question;
    std::array<std::vector<RecordSet>, 3> sections; // answer, authority, additional without OPT; sets as they come
    std::vector<std::string> opts; // "size 1232, RCODE 0, version 0, flags 0x8000, options 00 0a 00 08 ..."
    size_t options_len = 0;        // of the OPTs together
    bool readable = true;          // else all that is known is the header
    size_t trailing = 0;           // octets behind the last record
};

// Needs a whole header.
Message read_message(const Octets &octets);

} // namespace fastpath::test
