// SPDX-License-Identifier: Apache-2.0
// From a record of a snapshot to an answer in the cache: what it is worth now. Pure; time is a parameter.
#pragma once

#include "cache/answer_table.h"
#include "cache/policy.h"
#include "snapshot/format.h"
#include "util/result.h"

#include <array>
#include <cstdint>
#include <dns_fastpath/abi.h>
#include <map>
#include <optional>
#include <string>

namespace fastpath::snapshot {

struct RestoreSettings {
    CachePolicy policy;
    uint32_t stale_max_age = 0;            // seconds
    std::map<std::string, uint16_t> views; // those of now
    std::array<uint32_t, FP_HASH_KEY_WORDS> hash_key = {};
};

// Both clocks at the same moment; the first is read first, see save.cpp.
struct Moment {
    uint64_t monotonic_ns;
    uint64_t realtime_ns;
};

class Restorer {
  public:
    // An error where the clock is so far behind the time of writing that nobody knows how long the host was down.
    static Result<Restorer> create(const Head &head, RestoreSettings settings, const Moment &now);

    // Nothing where it is of no use any more: dead, of a view that is gone, or not to be cached by the config of now.
    [[nodiscard]] std::optional<Entry> entry_of(const Record &record) const;

  private:
    Restorer(RestoreSettings settings, const Moment &now) : settings_(std::move(settings)), now_(now) {}

    RestoreSettings settings_;
    Moment now_;
    std::map<uint16_t, uint16_t> views_; // from the numbers of the file to those of now
};

// True where it is in the cache now; false where a later answer is there already, or one of this time.
Result<bool> put(AnswerTable &table, const Entry &entry, uint64_t now_ns);

} // namespace fastpath::snapshot
