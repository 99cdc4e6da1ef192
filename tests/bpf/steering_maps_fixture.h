// SPDX-License-Identifier: Apache-2.0
// SteeringMapsTest: SteeringMaps on real maps, two configs to put into force, and the maps as the programs look things up in them.
#pragma once

#include "bpf/answer_maps.h"
#include "bpf/programs.h"
#include "bpf/steering_maps.h"
#include "steer/plan.h"
#include "steer/tables.h"

#include <bpf/bpf.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/steer.h>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace fastpath::test {

template <class Value, class Key> std::optional<Value> element(int map_fd, const Key &key) {
    Value value = {};
    return bpf_map_lookup_elem(map_fd, &key, &value) == 0 ? std::optional(value) : std::nullopt;
}

template <class Key> std::map<uint32_t, size_t> rows_by_generation(int map_fd) {
    std::map<uint32_t, size_t> rows;
    Key key = {};
    for (const Key *previous = nullptr; bpf_map_get_next_key(map_fd, previous, &key) == 0; previous = &key) {
        ++rows[key.generation];
    }
    return rows;
}

[[nodiscard]] SteeringPlan plan_of(const char *yaml, const KnownNumbers &known);
[[nodiscard]] fp_settings settings_with(uint16_t payload_size);

// One object for all: each test opens its maps anew, as a daemon does that takes over.
class SteeringMapsTest : public testing::Test {
  protected:
    static constexpr uint64_t now_ns = 1'000'000'000;
    static const char *const two_pools;
    static const char *const another;

    static void SetUpTestSuite();
    static void TearDownTestSuite() { programs_.reset(); }

    SteeringMaps open();

    // As the daemon does it, with every upstream in the tables.
    Result<> apply(const SteeringPlan &plan, const fp_settings &settings = settings_with(1'232));
    Result<> apply(const char *yaml) { return apply(plan(yaml)); }
    SteeringPlan plan(const char *yaml) { return plan_of(yaml, maps_.known().value()); }

    static int map(const char *name) { return programs_->map(name); }

    static fp_generations generations() { return element<fp_generations>(map("settings"), uint32_t{0}).value(); }

    // As the programs look up.
    static std::optional<fp_listener> listener(const char *address);
    static std::optional<fp_client> client(const char *address);
    static std::optional<fp_route> route(const char *zone);
    static uint32_t table_id(uint32_t number) { // 0 = there is none
        return element<uint32_t>(map("tables"), number).value_or(0);
    }
    static uint32_t table_number(uint16_t pool, bool is_ipv6, uint8_t tier) {
        return fp_table_number(generations().generation, pool, is_ipv6, tier);
    }
    static std::set<uint32_t> tables_in_half(uint32_t generation);
    uint16_t number_of(const char *pool, const char *address);
    static fp_upstream upstream(uint16_t number) {
        return element<fp_upstream>(map("upstreams"), uint32_t{number}).value();
    }

    // Nothing of any generation but the one in use.
    static ::testing::AssertionResult has_one_generation();

    static std::unique_ptr<Programs> programs_;
    AnswerMaps answers_ = AnswerMaps::open(programs_->answer_maps()).value();
    std::function<bool()> wait_ = [this] { return answers_.wait_for_readers(); };
    SteeringMaps maps_ = open();
    Tables tables_;
};

} // namespace fastpath::test
