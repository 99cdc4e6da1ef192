// SPDX-License-Identifier: Apache-2.0
#include "rates.h"

#include "growth.h"
#include "loaded.h"
#include "mail_mix.h"
#include "popularity.h"
#include "util/clock.h"
#include "util/unique_fd.h"
#include "world.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <system_error>
#include <utility>

namespace fastpath::test {
namespace {

constexpr uint32_t names = 100'000;

UniqueFd switch_statistics_on() {
    UniqueFd held(bpf_enable_stats(BPF_STATS_RUN_TIME));
    if (!held) {
        throw std::system_error(errno, std::generic_category(), "bpf_enable_stats");
    }
    return held;
}

bpf_prog_info info_of(int program) {
    bpf_prog_info info = {};
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(program, &info, &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "the properties of a program");
    }
    return info;
}

// As a timer would wake somebody, or a packet the CPU.
void sleep_until(uint64_t ns) {
    const timespec time = {.tv_sec = static_cast<time_t>(ns / FP_NSEC_PER_SEC),
                           .tv_nsec = static_cast<long>(ns % FP_NSEC_PER_SEC)};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) == EINTR) {
    }
}

class Rate {
  public:
    explicit Rate(uint32_t per_second) : interval_ns_(FP_NSEC_PER_SEC / per_second), packets_(per_second / 2) {}

    // For half a second.
    double mean_ns(BenchPrograms &programs, Entrance entrance) const {
        const int program = programs.program(entrance);
        const bpf_prog_info before = info_of(program);
        uint64_t next = monotonic_ns();
        for (uint32_t i = 0; i < packets_; i++, next += interval_ns_) {
            sleep_until(next);
            programs.run_next(entrance);
        }
        const bpf_prog_info after = info_of(program);
        return static_cast<double>(after.run_time_ns - before.run_time_ns) /
               static_cast<double>(after.run_cnt - before.run_cnt);
    }

    RateRound measure(BenchPrograms &programs) const {
        const double restore = mean_ns(programs, Entrance::restore);
        const double reflector = mean_ns(programs, Entrance::reflect);
        const double hit = mean_ns(programs, Entrance::walk);
        return {.reflector = reflector, .hit = hit - restore};
    }

  private:
    uint64_t interval_ns_;
    uint32_t packets_;
};

RepeatedPacket queries(const MailMix &mix) {
    Dice dice(1);
    ZipfNames zipf(names);
    std::vector<bench_variation> variations(BENCH_VARIATIONS_MAX);
    std::generate(variations.begin(), variations.end(), [&] { return mix.variation(zipf(dice)); });
    RepeatedPacket query = mix.query();
    query.set_variations(std::move(variations));
    return query;
}

} // namespace

std::string rate_name(uint32_t per_second) {
    return "rates/" + std::to_string(per_second);
}

// By turns, as all rounds are.
std::vector<RateResult> measure_rates(const std::vector<uint32_t> &rates, uint32_t rounds) {
    Loaded::make_anew(names);
    const MailMix mix(Loaded::instance().hash_key);
    fill(mix, 0, names);
    set_addresses();
    set_settings(default_settings());
    BenchPrograms programs;
    programs.put(queries(mix));

    std::vector<RateResult> results;
    std::transform(rates.begin(), rates.end(), std::back_inserter(results), [](uint32_t per_second) {
        return RateResult{.name = rate_name(per_second), .per_second = per_second};
    });
    const UniqueFd statistics = switch_statistics_on();
    for (uint32_t round = 0; round < rounds; round++) {
        for (RateResult &result : results) {
            result.rounds.push_back(Rate(result.per_second).measure(programs));
        }
    }
    return results;
}

} // namespace fastpath::test
