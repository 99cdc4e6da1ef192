// SPDX-License-Identifier: Apache-2.0
// MailMix: what a mail server asks for, and the answers, by number: addresses, exchanges, policies, and addresses that there are
// none of.
#pragma once

#include "bench_programs.h"
#include "bpf/programs.h"

#include <cstddef>
#include <vector>

namespace fastpath::test {

class MailMix {
  public:
    static constexpr uint32_t kinds = 4; // numbers 0 to 3 are one of each

    explicit MailMix(const HashKey &key);

    // The query of number 0.
    [[nodiscard]] const RepeatedPacket &query() const { return query_; }
    // What makes it that of another number. The checksum is wrong then, which no walk of a hit sees.
    [[nodiscard]] bench_variation variation(uint32_t number) const;

    // The answer as the learner hands it over: a record of the ring buffer `learned`.
    [[nodiscard]] std::vector<std::byte> learned(uint32_t number) const;

  private:
    HashKey key_;
    RepeatedPacket query_;
    std::vector<Octets> answers_; // by kind, of number 0
};

} // namespace fastpath::test
