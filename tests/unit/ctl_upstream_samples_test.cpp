// SPDX-License-Identifier: Apache-2.0
// Upstreams as metrics.
#include "ctl/stats.h"
#include "unit/ctl_some_upstreams.h"

#include <gtest/gtest.h>
#include <map>

namespace fastpath::ctl {
namespace {

using test::find;
using Values = std::map<std::string, double>;

Values values_of(const std::vector<Upstream> &upstreams, const fp_resolver &resolver = test::resolver_up(),
                 const fp_meta &meta = test::meta_with_heartbeat(1)) {
    Values values;
    for (const Series &series : series_of(samples_of(upstreams, resolver, meta, test::now_ns))) {
        EXPECT_TRUE(values.emplace(to_string(series), series.value).second) << to_string(series) << " twice";
    }
    return values;
}

Values of_family(const Values &values, const std::string &family) {
    Values some;
    for (const auto &[name, value] : values) {
        if (name.starts_with(family + "{")) {
            some[name] = value;
        }
    }
    return some;
}

const std::string labels = R"({upstream="198.18.1.11",pool="default",az="az1"})";

TEST(UpstreamSamples, CountForEachUpstreamOfEachPool) {
    std::vector<Upstream> upstreams = test::some_upstreams();
    Upstream &one = find(upstreams, "default", "198.18.1.11");
    one.counters.queries = 10;
    one.counters.responses = 9;
    one.counters.servfail = 1;
    one.counters.refused = 2;
    one.counters.unreachable = 3;
    one.record.timeouts = 4;
    one.record.unanswered_ppm = 100'000;
    find(upstreams, "vpc", "198.18.2.11").counters.queries = 5;
    const Values values = values_of(upstreams);
    EXPECT_EQ(values.at("dns_fastpath_upstream_queries_total" + labels), 10);
    EXPECT_EQ(values.at("dns_fastpath_upstream_responses_total" + labels), 9);
    EXPECT_EQ(values.at("dns_fastpath_upstream_timeouts_total" + labels), 4);
    EXPECT_DOUBLE_EQ(values.at("dns_fastpath_upstream_unanswered_ratio" + labels), 0.1);
    const std::string errors = "dns_fastpath_upstream_errors_total" + labels.substr(0, labels.size() - 1);
    EXPECT_EQ(values.at(errors + R"(,error="servfail"})"), 1);
    EXPECT_EQ(values.at(errors + R"(,error="refused"})"), 2);
    EXPECT_EQ(values.at(errors + R"(,error="unreachable"})"), 3);
    EXPECT_EQ(of_family(values, "dns_fastpath_upstream_queries_total").size(), 6);
    EXPECT_EQ(values.at(R"(dns_fastpath_upstream_queries_total{upstream="198.18.2.11",pool="vpc",az="az2"})"), 5);
    EXPECT_EQ(values.at(R"(dns_fastpath_upstream_queries_total{upstream="198.18.2.11",pool="default",az="az2"})"), 0);
}

TEST(UpstreamSamples, SayWhoIsUpAndWhoIsDrained) {
    std::vector<Upstream> upstreams = test::some_upstreams();
    find(upstreams, "default", "198.18.1.11").record.state = FP_UPSTREAM_DOWN;
    find(upstreams, "default", "198.18.1.12").record.state = FP_UPSTREAM_UNKNOWN;
    find(upstreams, "default", "198.18.2.11").record.drained = 1;
    const Values values = values_of(upstreams);
    EXPECT_EQ(of_family(values, "dns_fastpath_upstream_up"),
              (Values{{"dns_fastpath_upstream_up" + labels, 0},
                      {R"(dns_fastpath_upstream_up{upstream="198.18.2.11",pool="default",az="az2"})", 1},
                      {R"(dns_fastpath_upstream_up{upstream="local",pool="local",az="az1"})", 1},
                      {R"(dns_fastpath_upstream_up{upstream="local",pool="vpc",az="az1"})", 1},
                      {R"(dns_fastpath_upstream_up{upstream="198.18.2.11",pool="vpc",az="az2"})", 1}}));
    EXPECT_EQ(values.at("dns_fastpath_upstream_drained" + labels), 0);
    EXPECT_EQ(values.at(R"(dns_fastpath_upstream_drained{upstream="198.18.2.11",pool="default",az="az2"})"), 1);
    EXPECT_EQ(values.at(R"(dns_fastpath_upstream_drained{upstream="198.18.2.11",pool="vpc",az="az2"})"), 0);
}

TEST(UpstreamSamples, ShowTheLocalResolverByItsOwnProbes) {
    fp_resolver resolver = test::resolver_up();
    const auto up = [&](uint32_t state) {
        resolver.state = state;
        const Values values = values_of({{test::upstream_of("p", "local", "", 0), {}}}, resolver);
        return of_family(values, "dns_fastpath_upstream_up");
    };
    const std::string series = R"(dns_fastpath_upstream_up{upstream="local",pool="p",az=""})";
    EXPECT_EQ(up(FP_RESOLVER_UP), (Values{{series, 1}}));
    EXPECT_EQ(up(FP_RESOLVER_RECOVERING), (Values{{series, 1}}));
    EXPECT_EQ(up(FP_RESOLVER_DOWN), (Values{{series, 0}}));
    EXPECT_EQ(up(FP_RESOLVER_UNKNOWN), Values{});
}

TEST(UpstreamSamples, SayNothingOfHealthByADeadDaemon) {
    const auto health = [](uint64_t heartbeat_age) {
        const Values values =
            values_of(test::some_upstreams(), test::resolver_up(), test::meta_with_heartbeat(heartbeat_age));
        return of_family(values, "dns_fastpath_upstream_up").size() +
               of_family(values, "dns_fastpath_upstream_unanswered_ratio").size();
    };
    EXPECT_EQ(health(29), 12);
    EXPECT_EQ(health(30), 0);
}

TEST(UpstreamSamples, HaveAHistogramOfRoundTripTimes) {
    std::vector<Upstream> upstreams = {test::some_upstreams()[0]};
    fp_upstream_counters &counters = upstreams[0].counters;
    counters.rtt[0] = 3;                   // within 32 us
    counters.rtt[1] = 2;                   // within 64 us
    counters.rtt[FP_RTT_BUCKETS - 1] = 10; // all others
    counters.rtt_ns = 1'500'000'000;
    const Values values = values_of(upstreams);
    const std::string name = "dns_fastpath_upstream_rtt_seconds";
    const auto bucket = [&](const std::string &bound) {
        return values.at(name + "_bucket" + labels.substr(0, labels.size() - 1) + ",le=\"" + bound + "\"}");
    };
    EXPECT_EQ(bucket("3.2e-05"), 3);
    EXPECT_EQ(bucket("6.4e-05"), 5);
    EXPECT_EQ(bucket("8.388608"), 5) << "the last one with a bound: 32 us << 18";
    EXPECT_EQ(bucket("+Inf"), 15);
    EXPECT_EQ(of_family(values, name + "_bucket").size(), FP_RTT_BUCKETS);
    EXPECT_EQ(values.at(name + "_count" + labels), 15);
    EXPECT_DOUBLE_EQ(values.at(name + "_sum" + labels), 1.5);
}

TEST(UpstreamSamples, EscapeTheirLabels) {
    const Values values = values_of({{test::upstream_of("a\"b\\c", "local", "x\ny", 0), {}}});
    EXPECT_EQ(values.at(R"(dns_fastpath_upstream_drained{upstream="local",pool="a\"b\\c",az="x\ny"})"), 0);
}

TEST(UpstreamSamples, AreNoneWithoutUpstreams) {
    EXPECT_EQ(values_of({}), Values{});
}

} // namespace
} // namespace fastpath::ctl
