// SPDX-License-Identifier: Apache-2.0
#include "steer/maglev.h"

#include <algorithm>
#include <cstring>
#include <dns_fastpath/hash.h>

namespace fastpath {

namespace {

constexpr std::uint32_t size = FP_MAGLEV_SIZE;

// A member's walk through the table: a permutation of its entries, because the size is a prime.
class Walk {
  public:
    explicit Walk(const MaglevMember &member)
        : at_(static_cast<std::uint32_t>(member.identity % size)),
          step_(static_cast<std::uint32_t>(fp_hash_mix(member.identity) % (size - 1)) + 1) {}

    std::uint32_t next() {
        const std::uint32_t here = at_;
        at_ = (at_ + step_) % size;
        return here;
    }

  private:
    std::uint32_t at_;
    std::uint32_t step_;
};

struct Turns {
    MaglevMember member;
    Walk walk;
    std::uint64_t credit = 0;
};

} // namespace

std::uint64_t maglev_identity(const IpAddress &address) {
    std::uint64_t identity = 0;
    for (std::size_t at = 0; at < address.octets.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, &address.octets[at], sizeof(word));
        // The constant keeps addresses that begin with zeros apart from the start value.
        identity = fp_hash_mix(identity + word + 0x9e3779b97f4a7c15ULL);
    }
    return identity;
}

// The members take turns, and each takes the first free entry of its walk. The heaviest has a turn in each round, another one in
// as many of them as its weight is a part of that: "altering the relative frequency of the backends' turns" (3.4).
void fill_maglev(std::span<std::uint16_t, FP_MAGLEV_SIZE> entries, std::vector<MaglevMember> members) {
    std::sort(members.begin(), members.end());
    std::uint32_t heaviest = 0;
    std::vector<Turns> takers;
    takers.reserve(members.size());
    for (const MaglevMember &member : members) {
        heaviest = std::max(heaviest, member.weight);
        takers.push_back({member, Walk(member)});
    }
    std::vector<bool> taken(size);
    for (std::uint32_t filled = 0; filled < size;) {
        for (Turns &taker : takers) {
            taker.credit += taker.member.weight;
            if (taker.credit < heaviest || filled == size) {
                continue;
            }
            taker.credit -= heaviest;
            std::uint32_t entry = taker.walk.next();
            while (taken[entry]) {
                entry = taker.walk.next();
            }
            taken[entry] = true;
            entries[entry] = taker.member.number;
            ++filled;
        }
    }
}

} // namespace fastpath
