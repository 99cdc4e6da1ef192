// SPDX-License-Identifier: Apache-2.0
#include "growth.h"

#include "bpf/counter_map.h"
#include "cold_load.h"
#include "daemon/filler.h"
#include "loaded.h"
#include "popularity.h"
#include "util/clock.h"
#include "world.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <stdexcept>

namespace fastpath::test {
namespace {

using NextName = std::function<uint32_t()>;

double sweep_seconds() {
    Loaded &loaded = Loaded::instance();
    const uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    loaded.table.sweep(monotonic_ns(), static_cast<uint32_t>(loaded.maps.buckets().size()));
    return static_cast<double>(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / FP_NSEC_PER_SEC;
}

// Without slots that no answer lies in: they are not asked for.
size_t occupied_octets() {
    Loaded &loaded = Loaded::instance();
    size_t octets = loaded.maps.buckets().size_bytes();
    loaded.table.for_each([&octets](const StoredAnswer &answer) {
        octets += sizeof(fp_answer) + answer.front.size() + answer.body.size();
    });
    return octets;
}

class Growth {
  public:
    Growth(const MailMix &mix, uint32_t entries, uint32_t repeats)
        : mix_(mix), repeats_(repeats), uniform_(entries), zipf_(entries), cold_load_(occupied_octets()) {
        set_addresses();
        set_settings(default_settings());
    }

    GrowthRound measure() {
        GrowthRound round;
        round.cold_load = cold_load_.measure_ns(repeats_);
        round.uniform = hit_ns(repeats_, [this] { return uniform_(dice_); });
        round.zipf = hit_ns(repeats_, [this] { return zipf_(dice_); });
        uint32_t next = 0;
        round.hot = hit_ns(MailMix::kinds, [&next] { return next++; });
        return round;
    }

  private:
    double hit_ns(uint32_t variations, const NextName &next_name) {
        std::vector<bench_variation> names(variations);
        std::generate(names.begin(), names.end(), [&] { return mix_.variation(next_name()); });
        RepeatedPacket query = mix_.query();
        query.set_variations(std::move(names));
        programs_.put(query);
        const double restore = programs_.run(Entrance::restore, repeats_).ns;
        const uint64_t before = hits();
        const double walk = programs_.run(Entrance::walk, repeats_).ns;
        if (const uint64_t hit = hits() - before; hit < repeats_ - repeats_ / 1000) {
            throw std::runtime_error(std::to_string(hit) + " of " + std::to_string(repeats_) + " repeats were hits");
        }
        return (walk - restore) / repeats_;
    }

    [[nodiscard]] static uint64_t hits() { return outcome_count(product_counters(), FP_OUT_hit); }

    const MailMix &mix_;
    uint32_t repeats_;
    BenchPrograms programs_;
    Dice dice_{1};
    UniformNames uniform_;
    ZipfNames zipf_;
    ColdLoad cold_load_;
};

} // namespace

// Records are made in batches that leave the caches as they are between the daemon's own.
double fill(const MailMix &mix, uint32_t begin, uint32_t end) {
    constexpr uint32_t batch = 1024;
    fp_cache_counters counters = {};
    fp_meta meta = {};
    Filler filler(Loaded::instance().table, CachePolicy{}, counters, meta);
    uint64_t ns = 0;
    for (uint32_t first = begin; first < end; first += batch) {
        std::vector<std::vector<std::byte>> records;
        for (uint32_t number = first; number < std::min(first + batch, end); number++) {
            records.push_back(mix.learned(number));
        }
        const uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        for (const std::vector<std::byte> &record : records) {
            filler.fill(record);
        }
        ns += clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
    }
    return static_cast<double>(end - begin) * FP_NSEC_PER_SEC / static_cast<double>(ns);
}

std::string growth_name(uint32_t entries) {
    return "growth/" + std::to_string(entries);
}

GrowthResult measure_growth(uint32_t entries, const Amount &amount) {
    Loaded::make_anew(entries);
    const MailMix mix(Loaded::instance().hash_key);
    GrowthResult result = {.name = growth_name(entries), .entries = entries};
    result.fills_per_second = fill(mix, 0, entries);
    result.octets_per_entry = static_cast<double>(Loaded::instance().table.memory_bytes()) / entries;

    // Each name once in a run, for those that are cold.
    Growth growth(mix, entries, std::min(std::bit_floor(amount.repeats), BENCH_VARIATIONS_MAX));
    for (uint32_t round = 0; round < amount.rounds; round++) {
        result.rounds.push_back(growth.measure());
    }
    result.sweep_seconds = sweep_seconds();
    result.full_fills_per_second = fill(mix, entries, entries + entries / 10);
    return result;
}

} // namespace fastpath::test
