// SPDX-License-Identifier: Apache-2.0
// Samples of queries: which are taken, what they say, and what they add up to.
#include "bpf/sample_map.h"
#include "fixture.h"
#include "harness/program_run.h"
#include "util/address.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

namespace fastpath::test {
namespace {

constexpr uint64_t microsecond = 1000;
constexpr uint64_t millisecond = 1000 * microsecond;

class Sampling : public VirtualTime {
  protected:
    void SetUp() override {
        VirtualTime::SetUp();
        rest();
    }

    // Whatever was before: the next query is a sample, and stands for itself.
    void rest() {
        for (int i = 0; i < 65; i++) { // the longest step, and the query that is to be counted alone
            advance(1);
            ask(frame());
        }
        advance(1);
        before_ = map_.samples_taken();
    }

    void ask(const Packet &packet) { (void)run_xdp(Controlled::instance().fastpath(), packet.octets()); }

    // Since the last call, or the rest.
    std::vector<fp_sample> taken() {
        std::vector<fp_sample> samples = map_.read(0);
        std::erase_if(samples, [&](const fp_sample &s) { return s.number <= before_; });
        before_ = map_.samples_taken();
        return samples;
    }

    // The one that was taken of this query.
    fp_sample sample_of(const Packet &query) {
        ask(query);
        advance_ns(3 * millisecond);
        const std::vector<fp_sample> samples = taken();
        EXPECT_EQ(samples.size(), 1U);
        return samples.empty() ? fp_sample{} : samples.front();
    }

    static uint64_t weight_of(const std::vector<fp_sample> &samples) {
        return std::accumulate(samples.begin(), samples.end(), uint64_t{0},
                               [](uint64_t sum, const fp_sample &s) { return sum + s.weight; });
    }

    SampleMap map_ =
        SampleMap::open(Loaded::instance().programs.map("samples"), Loaded::instance().programs.map("sampled")).value();
    uint64_t before_ = 0;
};

std::string name_of(const fp_sample &sample) {
    return {reinterpret_cast<const char *>(sample.name), sample.name_len};
}

bool is_zero_behind_the_name(const fp_sample &sample) {
    return std::all_of(sample.name + sample.name_len, std::end(sample.name), [](uint8_t octet) { return octet == 0; });
}

std::string text_of(const Octets &octets) {
    return {octets.begin(), octets.end()};
}

TEST_F(Sampling, EveryQueryWhereTheyAreFew) {
    for (uint32_t i = 0; i < 500; i++) {
        const uint64_t at = now_ns();
        const fp_sample sample = sample_of(frame());
        ASSERT_EQ(sample.weight, 1U) << i;
        ASSERT_EQ(sample.seen_ns, at);
    }
}

TEST_F(Sampling, SaysWhoAsksWhat) {
    fp_sample sample = sample_of(frame(DnsQuery{.name = "wWw.ExAmPlE.cOm.", .qtype = type::aaaa}));
    EXPECT_EQ(name_of(sample), text_of(DnsQuery{.name = "www.example.com."}.name_octets()));
    EXPECT_EQ(sample.qtype, type::aaaa);
    EXPECT_EQ(sample.result, FP_RESULT_miss);
    const fp_addr ipv4 = parse_address(client_ipv4).value().abi();
    EXPECT_EQ(std::memcmp(&sample.client, &ipv4, sizeof(ipv4)), 0);
    EXPECT_TRUE(is_zero_behind_the_name(sample));

    sample = sample_of(frame(Ipv6{}, DnsQuery{.name = ".", .qtype = 65535}));
    EXPECT_EQ(name_of(sample), std::string(1, '\0'));
    EXPECT_EQ(sample.qtype, 65535U);
    const fp_addr ipv6 = parse_address(client_ipv6).value().abi();
    EXPECT_EQ(std::memcmp(&sample.client, &ipv6, sizeof(ipv6)), 0);
    EXPECT_TRUE(is_zero_behind_the_name(sample));
}

TEST_F(Sampling, SaysWhatBecameOfIt) {
    add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    EXPECT_EQ(sample_of(frame()).result, FP_RESULT_hit);
    EXPECT_EQ(sample_of(frame(DnsQuery{.name = "other.example."})).result, FP_RESULT_miss);
    EXPECT_EQ(sample_of(frame(DnsQuery{.flags = 0})).result, FP_RESULT_pass);
    EXPECT_EQ(sample_of(frame(Ipv4{.src = denied_ipv4})).result, FP_RESULT_refused);
    set_acl_action(FP_ACL_DROP);
    EXPECT_EQ(sample_of(frame(Ipv4{.src = denied_ipv4})).result, FP_RESULT_dropped);
}

TEST_F(Sampling, SaysNothingOfAQuestionThatWasNotRead) {
    const Packet read = frame(DnsQuery{.qtype = type::mx});
    for (const Packet &query : {frame(Octets{}), frame(DnsQuery{.flags = 0}), frame(Udp{.src = 0}),
                                frame(DnsQuery{.raw_name = Octets{0xc0, 0x0c}}),
                                frame(Octets{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0})}) {
        EXPECT_EQ(sample_of(read).qtype, type::mx);
        const fp_sample sample = sample_of(query);
        EXPECT_EQ(sample.result, FP_RESULT_pass);
        EXPECT_EQ(sample.name_len, 0U);
        EXPECT_EQ(sample.qtype, 0U);
        EXPECT_TRUE(is_zero_behind_the_name(sample));
    }
}

// Labels may have any octets in them, and names any length.
TEST_F(Sampling, NamesAreAsTheyWereSentButInLowerCase) {
    std::mt19937 random(7);
    for (size_t length = 1; length < 254; length++) {
        Octets name;
        for (size_t left = length; left > 0;) {
            const size_t label = std::min<size_t>(left, 1 + random() % 63);
            append8(name, static_cast<uint8_t>(label));
            std::generate_n(std::back_inserter(name), label, [&] { return static_cast<uint8_t>(random()); });
            left -= label;
        }
        append8(name, 0);
        if (name.size() > FP_DNS_NAME_MAX) {
            continue;
        }
        const fp_sample sample = sample_of(frame(DnsQuery{.raw_name = name}));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](uint8_t octet) { return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet; });
        ASSERT_EQ(to_hex({sample.name, sample.name_len}), to_hex(name));
        ASSERT_TRUE(is_zero_behind_the_name(sample));
    }
}

TEST_F(Sampling, NothingButQueries) {
    for (const Packet &packet : {frame(Ethernet{.type = 0x0806}), frame(Udp{.dst = 5353}),
                                 frame(Ipv4{.dst = "198.18.0.9"}), frame(Udp{.src = 53, .dst = first_source_port})}) {
        ask(packet);
        advance_ns(3 * millisecond);
    }
    EXPECT_TRUE(taken().empty());
}

class SamplingAt : public Sampling, public ::testing::WithParamInterface<uint32_t> {};

// Some 1,000 samples a second, however many queries there are; together they stand for all of those.
TEST_P(SamplingAt, WeightsAddUpToTheQueries) {
    const uint32_t qps = GetParam();
    constexpr uint32_t queries = 60'000;
    std::minstd_rand random(7);
    const uint64_t begin = now_ns();
    const Octets popular = frame().octets();
    const Octets rare = frame(DnsQuery{.name = "rare.example."}).octets();
    uint32_t asked_rare = 0;
    for (uint32_t i = 0; i < queries; i++) {
        Controlled::instance().set_random(static_cast<uint32_t>(random()));
        const bool is_rare = random() % 10 == 0;
        asked_rare += is_rare ? 1 : 0;
        (void)run_xdp(Controlled::instance().fastpath(), is_rare ? rare : popular);
        advance_ns(random() % (2 * FP_NSEC_PER_SEC / qps));
    }
    const double seconds = static_cast<double>(now_ns() - begin) / FP_NSEC_PER_SEC;
    std::vector<fp_sample> samples = taken();
    const uint64_t weight = weight_of(samples);
    EXPECT_LE(weight, queries);
    const uint32_t heaviest = std::max_element(samples.begin(), samples.end(), [](const auto &a, const auto &b) {
                                  return a.weight < b.weight;
                              })->weight;
    EXPECT_GE(weight, queries - 2 * heaviest) << "but for those since the last sample";
    EXPECT_GE(static_cast<double>(samples.size()), 500 * seconds);
    EXPECT_LE(static_cast<double>(samples.size()), 2000 * seconds + 20);

    // 99.99 %: four standard deviations of a share of a tenth.
    std::erase_if(samples, [](const fp_sample &s) { return s.name[0] != 4; });
    double squares = 0;
    for (const fp_sample &sample : samples) {
        squares += static_cast<double>(sample.weight) * sample.weight;
    }
    EXPECT_NEAR(static_cast<double>(weight_of(samples)), asked_rare, 4 * std::sqrt(squares) + 1);
}

INSTANTIATE_TEST_SUITE_P(Qps, SamplingAt, ::testing::Values(3000, 50'000, 1'000'000),
                         [](const auto &test) { return std::to_string(test.param); });

// A long count-down is not waited for when the load has ended.
TEST_F(Sampling, AfterALoadEveryQueryAgain) {
    for (uint32_t i = 0; i < 60'000; i++) {
        ask(frame());
        advance_ns(microsecond);
    }
    std::vector<fp_sample> samples = taken();
    ASSERT_GT(samples.back().weight, 200U);
    rest();
    for (int i = 0; i < 10; i++) {
        EXPECT_EQ(sample_of(frame()).weight, 1U);
    }
}

// As many as there are elements, and no more.
TEST_F(Sampling, TheLastOnesAreKept) {
    const size_t more = map_.capacity() + 100;
    const Octets query = frame().octets();
    for (size_t i = 0; i < more; i++) {
        set_clock(now_ns() + 3 * millisecond);
        (void)run_xdp(Controlled::instance().fastpath(), query);
    }
    const std::vector<fp_sample> samples = map_.read(0);
    ASSERT_EQ(samples.size(), map_.capacity());
    EXPECT_EQ(samples.back().number, map_.samples_taken());
    for (size_t i = 1; i < samples.size(); i++) {
        ASSERT_EQ(samples[i].number, samples[i - 1].number + 1);
    }
    const uint64_t last_second = now_ns() - FP_NSEC_PER_SEC;
    const std::vector<fp_sample> recent = map_.read(last_second);
    EXPECT_EQ(recent.size(), 334U);
    EXPECT_GE(recent.front().seen_ns, last_second);
}

} // namespace
} // namespace fastpath::test
