// SPDX-License-Identifier: Apache-2.0
// Programs: the loaded BPF object, its constants, and the descriptors of its programs and maps.
#pragma once

#include "bpf/answer_maps.h"
#include "bpf/map_types.h"
#include "util/result.h"

#include <array>
#include <cstdint>
#include <dns_fastpath/config.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

struct bpf_map;
struct fastpath_bpf;

namespace fastpath {

using HashKey = std::array<uint32_t, FP_HASH_KEY_WORDS>;

class Programs {
  public:
    struct Options {
        std::optional<std::filesystem::path> pin_directory; // maps that are pinned there are used again
        uint32_t bucket_count = 0;                          // see bucket_count_for()
        HashKey hash_key = {};
    };

    // Opens, sets constants and sizes, loads. Nothing is attached.
    static Result<Programs> load(const Options &options);

    // The object once more on the same maps, for the program that says what `fastpath` would do and writes nothing but that.
    Result<> load_explain();

    [[nodiscard]] int fastpath() const; // the XDP program
    [[nodiscard]] int learn() const;    // the TC program
    [[nodiscard]] int explain() const;  // after load_explain()
    [[nodiscard]] int map(std::string_view name) const;
    [[nodiscard]] MapTypes types_of(const char *value) const; // of an array of such structs
    [[nodiscard]] AnswerMaps::Descriptors answer_maps() const;

  private:
    struct Close {
        void operator()(fastpath_bpf *skeleton) const;
    };
    std::unique_ptr<fastpath_bpf, Close> skeleton_;
    std::unique_ptr<fastpath_bpf, Close> explaining_;
    std::filesystem::path pin_directory_; // empty where nothing is pinned
};

// Scratch memory and constants are of one load of the programs, and mean nothing to anybody else.
[[nodiscard]] bool is_shared_map(const bpf_map *map);

// Buckets of an index for `max_entries`: a power of two, one to two answers for each bucket of eight ways when full, so that
// hardly any overflows before the cache is full (one answer in 50,000; with four in a bucket it was one in 150).
uint32_t bucket_count_for(uint32_t max_entries);

// A random key; it stays as long as the cache does.
Result<HashKey> new_hash_key();

} // namespace fastpath
