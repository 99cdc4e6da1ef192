// SPDX-License-Identifier: Apache-2.0
// What is asked most, from samples: who is counted, and whether the intervals hold what they promise.
#include "dns/name.h"
#include "metrics/top.h"
#include "util/address.h"

#include <algorithm>
#include <array>
#include <dns_fastpath/counters.h>
#include <gtest/gtest.h>
#include <random>

namespace fastpath {
namespace {

constexpr uint64_t now = 1000 * FP_NSEC_PER_SEC;
constexpr uint16_t type_a = 1;
constexpr uint16_t type_mx = 15;

void set_name(fp_sample &sample, const WireName &name) {
    std::copy(name.begin(), name.end(), std::begin(sample.name));
    sample.name_len = static_cast<uint8_t>(name.size());
}

fp_sample sample(const std::string &name, uint32_t weight = 1, uint16_t qtype = type_a) {
    fp_sample made = {.seen_ns = now - 10 * FP_NSEC_PER_SEC,
                      .weight = weight,
                      .qtype = qtype,
                      .result = FP_RESULT_miss,
                      .client = IpAddress::from_ipv4({198, 18, 0, 1}).abi()};
    if (!name.empty()) {
        set_name(made, name_from_text(name).value());
    }
    return made;
}

std::vector<std::string> subjects(const Top &top) {
    std::vector<std::string> list;
    for (const TopRow &row : top.rows) {
        list.push_back(row.subject + (row.qtype.empty() ? "" : " " + row.qtype));
    }
    return list;
}

using Subjects = std::vector<std::string>;

TEST(Top, CountsNamesByTypeAndWeight) {
    const std::vector<fp_sample> samples = {sample("b.example"), sample("a.example", 3), sample("a.example", 2),
                                            sample("a.example", 4, type_mx)};
    const Top top = top_of(samples, TopOf::names, 10, now);
    EXPECT_EQ(subjects(top), (Subjects{"a.example. A", "a.example. MX", "b.example. A"}));
    EXPECT_EQ(top.samples, 4);
    EXPECT_DOUBLE_EQ(top.window_seconds, 10);
    EXPECT_DOUBLE_EQ(top.queries_per_second, 1);
    EXPECT_EQ(top.rows[0].samples, 2);
    EXPECT_DOUBLE_EQ(top.rows[0].share, 0.5);
    EXPECT_DOUBLE_EQ(top.rows[0].queries_per_second, 0.5);
}

TEST(Top, CountsClientsOfBothFamilies) {
    std::vector<fp_sample> samples = {sample("a.example"), sample("b.example"), sample("c.example")};
    samples[2].client = parse_address("2001:db8::1").value().abi();
    EXPECT_EQ(subjects(top_of(samples, TopOf::clients, 10, now)), (Subjects{"198.18.0.1", "2001:db8::1"}));
}

TEST(Top, CountsTypesAlsoThoseWithoutAName) {
    const std::vector<fp_sample> samples = {sample("a.example"), sample("b.example"), sample("c.example", 1, 65280)};
    EXPECT_EQ(subjects(top_of(samples, TopOf::types, 10, now)), (Subjects{"A", "TYPE65280"}));
}

TEST(Top, AQuestionThatWasNotReadIsARowOfItsOwn) {
    const std::vector<fp_sample> samples = {sample(""), sample("."), sample("")};
    EXPECT_EQ(subjects(top_of(samples, TopOf::names, 10, now)), (Subjects{"", ". A"}));
    EXPECT_EQ(subjects(top_of(samples, TopOf::types, 10, now)), (Subjects{"", "A"}));
    EXPECT_EQ(subjects(top_of(samples, TopOf::clients, 10, now)), Subjects{"198.18.0.1"});
}

TEST(Top, PrintsHostileNamesSafely) {
    const WireName hostile = {6, 0x1b, '[', '2', 'J', '.', '"', 0};
    std::vector<fp_sample> samples = {sample("a.example")};
    set_name(samples[0], hostile);
    const Top top = top_of(samples, TopOf::names, 10, now);
    EXPECT_EQ(top.rows.at(0).subject, "\\027[2J\\.\".");
}

TEST(Top, HitsIncludeStaleAnswers) {
    std::vector<fp_sample> samples = {sample("a.example", 2), sample("a.example", 1), sample("a.example", 1)};
    samples[0].result = FP_RESULT_hit;
    samples[1].result = FP_RESULT_stale;
    EXPECT_DOUBLE_EQ(top_of(samples, TopOf::names, 10, now).rows.at(0).hit_ratio, 0.75);
}

TEST(Top, ShowsAsManyRowsAsAskedFor) {
    const std::vector<fp_sample> samples = {sample("c.example", 2), sample("b.example"), sample("a.example")};
    const Top top = top_of(samples, TopOf::names, 2, now);
    EXPECT_EQ(subjects(top), (Subjects{"c.example. A", "a.example. A"})); // between equals the name decides
    EXPECT_DOUBLE_EQ(top.rows[0].share, 0.5);                             // of all, also of those not shown
}

TEST(Top, LooksBackAMinute) {
    std::vector<fp_sample> samples = {sample("old.example", 100), sample("a.example", 6)};
    samples[0].seen_ns = now - 61 * FP_NSEC_PER_SEC;
    const Top top = top_of(samples, TopOf::names, 10, now);
    EXPECT_EQ(subjects(top), Subjects{"a.example. A"});
    EXPECT_DOUBLE_EQ(top.window_seconds, 60); // the old one says that nothing was lost in between
    EXPECT_DOUBLE_EQ(top.queries_per_second, 0.1);
}

TEST(Top, AMomentIsNoWindow) {
    std::vector<fp_sample> samples = {sample("a.example")};
    samples[0].seen_ns = now - 1000;
    EXPECT_DOUBLE_EQ(top_of(samples, TopOf::names, 10, now).window_seconds, 1);
}

TEST(Top, OfNothingIsNothing) {
    const Top top = top_of({}, TopOf::names, 10, now);
    EXPECT_TRUE(top.rows.empty());
    EXPECT_EQ(top.queries_per_second, 0);
}

TEST(Top, IsExactWhereEveryQueryIsASample) {
    const std::vector<fp_sample> samples = {sample("a.example"), sample("a.example"), sample("b.example")};
    const Top top = top_of(samples, TopOf::names, 10, now);
    EXPECT_EQ(top.rows[0].share_low, top.rows[0].share);
    EXPECT_EQ(top.rows[0].share_high, top.rows[0].share);
}

// Wilson's interval for 50 of 100 draws is 0.404 to 0.596. Samples of weight 1001 are such draws to 0.05 %.
TEST(Top, IntervalIsWilsons) {
    std::vector<fp_sample> samples(50, sample("a.example", 1001));
    samples.insert(samples.end(), 50, sample("b.example", 1001));
    const TopRow row = top_of(samples, TopOf::names, 10, now).rows.at(0);
    EXPECT_NEAR(row.share_low, 0.404, 0.001);
    EXPECT_NEAR(row.share_high, 0.596, 0.001);
}

TEST(Top, IntervalStaysAShareForARareNameAndForTheOnlyOne) {
    const std::vector<fp_sample> only(5, sample("a.example", 64));
    const TopRow row = top_of(only, TopOf::names, 10, now).rows.at(0);
    EXPECT_EQ(row.share_high, 1);
    EXPECT_LT(row.share_low, 0.7); // five samples prove no more
}

// Queries as the programs sample them: of each CPU the next one after a random number of others, for which it stands too.
struct Cpu {
    uint32_t mean;
    uint32_t queries;
};

constexpr std::array<uint32_t, 5> shares = {400, 100, 20, 4,
                                            1}; // of 1,000 queries, for names 0 to 4; name 5 has the rest

class Stream {
  public:
    explicit Stream(uint64_t seed) : random_(seed) {
        for (size_t name = 0; name <= shares.size(); name++) {
            samples_of_names_.push_back(sample("n" + std::to_string(name)));
        }
    }

    void run(const Cpu &cpu) {
        std::uniform_int_distribution<uint32_t> gaps(1, 2 * cpu.mean - 1);
        uint32_t gap = gaps(random_);
        uint32_t left = gap;
        for (uint32_t i = 0; i < cpu.queries; i++) {
            const size_t name = draw_name();
            asked_.at(name)++;
            total_++;
            if (--left == 0) {
                samples_.push_back(samples_of_names_[name]);
                samples_.back().weight = gap;
                left = gap = gaps(random_);
            }
        }
    }

    // Is the share that the name really had in the interval? A name that was not sampled has no row, and no interval to fail.
    [[nodiscard]] bool holds(const Top &top, size_t name) const {
        const double truth = static_cast<double>(asked_.at(name)) / static_cast<double>(total_);
        for (const TopRow &row : top.rows) {
            if (row.subject == "n" + std::to_string(name) + ".") {
                return row.share_low <= truth && truth <= row.share_high;
            }
        }
        return true;
    }

    [[nodiscard]] const std::vector<fp_sample> &samples() const { return samples_; }

  private:
    size_t draw_name() {
        uint64_t left = random_() % 1000;
        size_t name = 0;
        while (name < shares.size() && left >= shares[name]) {
            left -= shares[name++];
        }
        return name;
    }

    std::mt19937_64 random_;
    std::array<uint64_t, shares.size() + 1> asked_ = {};
    uint64_t total_ = 0;
    std::vector<fp_sample> samples_of_names_;
    std::vector<fp_sample> samples_;
};

std::array<int, shares.size()> runs_that_hold(const std::vector<Cpu> &cpus, int runs) {
    std::array<int, shares.size()> held = {};
    for (int run = 0; run < runs; run++) {
        Stream stream(static_cast<uint64_t>(run));
        for (const Cpu &cpu : cpus) {
            stream.run(cpu);
        }
        const Top top = top_of(stream.samples(), TopOf::names, 10, now);
        for (size_t name = 0; name < shares.size(); name++) {
            held.at(name) += stream.holds(top, name) ? 1 : 0;
        }
    }
    return held;
}

// 95 % of 400 runs are 380, with a deviation of 4.4: three of them are 13. A rare name may do better: counts are whole.
void expect_that_intervals_hold(const std::vector<Cpu> &cpus) {
    constexpr int runs = 400;
    const std::array<int, shares.size()> held = runs_that_hold(cpus, runs);
    for (size_t name = 0; name < shares.size(); name++) {
        EXPECT_GE(held.at(name), 367) << "share of " << shares.at(name) << " in 1,000";
        if (shares.at(name) > 10) {
            EXPECT_LE(held.at(name), 393) << "share of " << shares.at(name) << " in 1,000";
        }
    }
}

TEST(TopInterval, HoldsTheTrueShareNineteenTimesOfTwenty) {
    expect_that_intervals_hold({{.mean = 16, .queries = 20000}});
}

TEST(TopInterval, HoldsItWhereMostQueriesAreSampled) {
    expect_that_intervals_hold({{.mean = 2, .queries = 4000}});
}

// A busy CPU and an idle one, which samples all that it sees.
TEST(TopInterval, HoldsItForCpusOfDifferentWeight) {
    expect_that_intervals_hold({{.mean = 32, .queries = 20000}, {.mean = 1, .queries = 2000}});
}

} // namespace
} // namespace fastpath
