// SPDX-License-Identifier: Apache-2.0
// Counters as metrics, and metrics as `stats` prints them.
#include "bpf/counter_map.h"
#include "ctl/stats.h"
#include "metrics/dns_labels.h"
#include "metrics/samples.h"

#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace fastpath::ctl {
namespace {

// Every counter has another value: 1 for the first outcome, 2 for the second, and so on.
fp_counters numbered() {
    fp_counters counters = {};
    std::array<uint64_t, sizeof(counters) / sizeof(uint64_t)> words;
    for (size_t i = 0; i < words.size(); i++) {
        words[i] = i + 1;
    }
    std::memcpy(&counters, words.data(), sizeof(counters));
    return counters;
}

std::string name_of(const Sample &sample) {
    return to_string(series_of({sample}).at(0));
}

std::map<std::string, double> by_series(const std::vector<Sample> &samples) {
    std::map<std::string, double> values;
    for (const Sample &sample : samples) {
        EXPECT_TRUE(values.emplace(name_of(sample), sample.value).second) << name_of(sample) << " twice";
    }
    return values;
}

double sum_of(const std::vector<Sample> &samples, const std::string &family) {
    double sum = 0;
    for (const Sample &sample : samples) {
        sum += sample.family == family ? sample.value : 0;
    }
    return sum;
}

TEST(Samples, AddUpToTheCountersOfEachKind) {
    const fp_counters counters = numbered();
    const std::vector<Sample> samples = samples_of(counters);
    double queries = 0;
    double learned = 0;
    double rcodes = 0;
    double types = static_cast<double>(counters.qtype_other);
    for (uint32_t outcome = 0; outcome < FP_OUT_COUNT; outcome++) {
        const bool is_query = outcome_names[outcome].result >= FP_RESULT_FIRST_QUERY;
        queries += is_query ? static_cast<double>(outcome + 1) : 0;
    }
    for (uint32_t outcome = 0; outcome < FP_LEARN_COUNT; outcome++) {
        learned += FP_OUT_COUNT + outcome + 1;
    }
    for (const uint64_t count : counters.rcode) {
        rcodes += static_cast<double>(count);
    }
    for (const uint64_t count : counters.qtype) {
        types += static_cast<double>(count);
    }
    EXPECT_EQ(sum_of(samples, "dns_fastpath_queries_total"), queries);
    EXPECT_EQ(sum_of(samples, "dns_fastpath_learn_total"), learned);
    EXPECT_EQ(sum_of(samples, "dns_fastpath_answers_total"), rcodes);
    EXPECT_EQ(sum_of(samples, "dns_fastpath_query_types_total"), types);
}

TEST(Samples, HaveTheNamesThatUsersRelyOn) {
    const fp_counters counters = numbered();
    const std::vector<Sample> samples = samples_of(counters);
    const std::map<std::string, double> values = by_series(samples);
    const auto value = [&](const char *series) { return values.count(series) != 0 ? values.at(series) : -1; };
    const auto count = [](uint64_t counter) { return static_cast<double>(counter); };

    EXPECT_EQ(value("dns_fastpath_queries_total{result=\"hit\"}"), count(counters.hit + counters.hit_bridged));
    EXPECT_EQ(value("dns_fastpath_queries_total{result=\"miss\"}"), sum_of(samples, "dns_fastpath_misses_total"));
    EXPECT_EQ(value("dns_fastpath_queries_total{result=\"refused\"}"), count(counters.refused));
    EXPECT_EQ(value("dns_fastpath_queries_total{result=\"stale\"}"), count(counters.stale));
    for (const char *no_query : {"other", "answer", "answer_dropped"}) {
        EXPECT_EQ(value(("dns_fastpath_queries_total{result=\"" + std::string(no_query) + "\"}").c_str()), -1);
    }
    EXPECT_EQ(value("dns_fastpath_misses_total{way=\"local\"}"), count(counters.miss_local));
    EXPECT_EQ(value("dns_fastpath_misses_total{way=\"steered\"}"), count(counters.miss_steered));
    EXPECT_EQ(value("dns_fastpath_misses_total{way=\"no_neighbour\"}"), count(counters.miss_no_neighbour));
    EXPECT_EQ(value("dns_fastpath_pass_total{reason=\"qtype\"}"), count(counters.pass_qtype));
    EXPECT_EQ(value("dns_fastpath_drops_total{reason=\"acl\"}"), count(counters.drop_acl));
    EXPECT_EQ(value("dns_fastpath_drops_total{reason=\"unasked\"}"), count(counters.drop_unasked));
    EXPECT_EQ(value("dns_fastpath_answers_total{rcode=\"NXDOMAIN\"}"), count(counters.rcode[3]));
    EXPECT_EQ(value("dns_fastpath_truncated_total"), count(counters.truncated));
    EXPECT_EQ(value("dns_fastpath_query_types_total{qtype=\"A\"}"), count(counters.qtype[1]));
    EXPECT_EQ(value("dns_fastpath_query_types_total{qtype=\"CAA\"}"), count(counters.qtype[257]));
    EXPECT_EQ(value("dns_fastpath_query_types_total{qtype=\"other\"}"), count(counters.qtype_other));
    EXPECT_EQ(value("dns_fastpath_learn_total{outcome=\"fresh\"}"), count(counters.learn_fresh));
    EXPECT_EQ(value("dns_fastpath_ring_lost_total"), count(counters.learn_lost));
    EXPECT_EQ(value("dns_fastpath_refresh_lost_total"), count(counters.refresh_lost));
}

TEST(Samples, ShowTheCache) {
    fp_meta meta = {};
    meta.entries = 5;
    meta.max_entries = 10;
    meta.memory_bytes = 4096;
    meta.heartbeat_ns = 7'000'000'000;
    const std::map<std::string, double> wanted = {{"dns_fastpath_cache_entries", 5},
                                                  {"dns_fastpath_cache_capacity", 10},
                                                  {"dns_fastpath_cache_memory_bytes", 4096},
                                                  {"dns_fastpath_heartbeat_age_seconds", 2.5}};
    EXPECT_EQ(by_series(samples_of(meta, 9'500'000'000)), wanted);
}

TEST(Samples, ShowFillsAndRefusals) {
    fp_cache_counters counters = {};
    counters.fills = 3;
    counters.evictions = 2;
    counters.reject_ecs = 1;
    const std::map<std::string, double> values = by_series(samples_of(counters));
    EXPECT_EQ(values.at("dns_fastpath_cache_fills_total"), 3);
    EXPECT_EQ(values.at("dns_fastpath_cache_evictions_total"), 2);
    EXPECT_EQ(values.at("dns_fastpath_cache_fill_rejects_total{reason=\"ecs\"}"), 1);
    EXPECT_EQ(values.at("dns_fastpath_cache_fill_rejects_total{reason=\"truncated\"}"), 0);
}

TEST(Samples, ShowSnapshots) {
    const auto values = by_series(samples_of(fp_snapshot{.saved_at_ns = 1'500'000'000'500'000'000,
                                                         .save_took_ns = 250'000'000,
                                                         .saved_bytes = 3,
                                                         .saved_answers = 4,
                                                         .save_errors = 5,
                                                         .load_took_ns = 6'000'000'000,
                                                         .loaded_answers = 7,
                                                         .load_errors = 8}));
    EXPECT_EQ(values.at("dns_fastpath_snapshot_last_success_timestamp_seconds"), 1.5e9 + 0.5);
    EXPECT_EQ(values.at("dns_fastpath_snapshot_duration_seconds{operation=\"save\"}"), 0.25);
    EXPECT_EQ(values.at("dns_fastpath_snapshot_size_bytes"), 3);
    EXPECT_EQ(values.at("dns_fastpath_snapshot_entries"), 4);
    EXPECT_EQ(values.at("dns_fastpath_snapshot_errors_total{operation=\"save\"}"), 5);
    EXPECT_EQ(values.at("dns_fastpath_snapshot_duration_seconds{operation=\"load\"}"), 6);
    EXPECT_EQ(values.at("dns_fastpath_snapshot_loaded_entries"), 7);
    EXPECT_EQ(values.at("dns_fastpath_snapshot_errors_total{operation=\"load\"}"), 8);
}

TEST(Samples, ShowRefreshes) {
    fp_cache_counters counters = {};
    counters.prefetches = 9;
    counters.refresh_renewed = 5;
    counters.refresh_not_longer = 4;
    counters.refresh_failed = 3;
    counters.refresh_dropped = 2;
    const std::map<std::string, double> values = by_series(samples_of(counters));
    EXPECT_EQ(values.at("dns_fastpath_prefetches_total"), 9);
    EXPECT_EQ(values.at("dns_fastpath_prefetch_results_total{result=\"renewed\"}"), 5);
    EXPECT_EQ(values.at("dns_fastpath_prefetch_results_total{result=\"not_longer\"}"), 4);
    EXPECT_EQ(values.at("dns_fastpath_prefetch_results_total{result=\"failed\"}"), 3);
    EXPECT_EQ(values.at("dns_fastpath_prefetch_results_total{result=\"dropped\"}"), 2);
}

TEST(Samples, ShowConnectionTrackingWhereThereIsSome) {
    EXPECT_EQ(
        by_series(samples_of(std::optional(ConntrackFill{.entries = 12, .limit = 100}))),
        (std::map<std::string, double>{{"dns_fastpath_conntrack_entries", 12}, {"dns_fastpath_conntrack_limit", 100}}));
    EXPECT_TRUE(samples_of(std::optional<ConntrackFill>()).empty());
}

TEST(Samples, OfOneFamilyStandTogetherAndAgree) {
    std::set<std::string> finished;
    std::string family;
    std::string help;
    for (const Sample &sample : samples_of(numbered())) {
        if (sample.family != family) {
            EXPECT_TRUE(finished.insert(sample.family).second) << sample.family << " comes in two parts";
            family = sample.family;
            help = sample.help;
        }
        EXPECT_EQ(sample.help, help);
        EXPECT_EQ(sample.type, SampleType::counter);
    }
}

TEST(Samples, LeaveOutTypesAndRcodesThatNeverCame) {
    const std::vector<Sample> samples = samples_of(fp_counters{});
    EXPECT_EQ(by_series(samples).count("dns_fastpath_pass_total{reason=\"qname\"}"), 1);
    for (const Sample &sample : samples) {
        EXPECT_NE(sample.family, "dns_fastpath_query_types_total");
        EXPECT_NE(sample.family, "dns_fastpath_answers_total");
    }
}

TEST(DnsLabels, FallBackToTheNumber) {
    EXPECT_EQ(rcode_label(2), "SERVFAIL");
    EXPECT_EQ(rcode_label(15), "RCODE15");
    EXPECT_EQ(qtype_label(65), "HTTPS");
    EXPECT_EQ(qtype_label(54), "TYPE54");
}

TEST(Series, EscapesLabelsAsPrometheusDoes) {
    const Sample sample = {"f", "", SampleType::gauge, {{"interface", "a\"b\\c\n"}}, 1};
    EXPECT_EQ(name_of(sample), R"(f{interface="a\"b\\c\n"})");
}

TEST(StatsJson, NamesLabelsAndValues) {
    const Sample whole = {"f", "", SampleType::counter, {{"a", "x"}, {"b", "y"}}, 12};
    const Sample part = {"g", "", SampleType::gauge, {}, 0.25};
    EXPECT_EQ(name_of(whole), "f{a=\"x\",b=\"y\"}");
    EXPECT_EQ(to_json(series_of({whole, part})),
              Json::parse(R"([{"name": "f", "labels": {"a": "x", "b": "y"}, "value": 12},
                              {"name": "g", "labels": {}, "value": 0.25}])"));
}

} // namespace
} // namespace fastpath::ctl
