// SPDX-License-Identifier: Apache-2.0
// SteeringMaps under load: while configs follow each other, packets meet one of them.
#include "bpf/counter_map.h"
#include "harness/packet.h"
#include "steering_maps_fixture.h"

#include <atomic>
#include <bpf/libbpf.h>
#include <cstring>
#include <linux/bpf.h>
#include <sched.h>
#include <thread>

namespace fastpath::test {
namespace {

// While configs follow each other, packets meet one of them. They differ in the ACL and in what the ACL does, so that mixtures have
// a verdict that none of them has.
class SteeringMapsUnderLoad : public SteeringMapsTest {
  protected:
    struct Verdicts {
        std::atomic<uint64_t> passed = 0;
        std::atomic<uint64_t> refused = 0;
        std::atomic<uint64_t> dropped = 0;
    };

    static void send(const Octets &packet, Verdicts &verdicts) {
        Octets out(packet.size() + 256);
        LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.data(), .data_out = out.data(),
                    .data_size_in = static_cast<uint32_t>(packet.size()),
                    .data_size_out = static_cast<uint32_t>(out.size()), .repeat = 1);
        if (bpf_prog_test_run_opts(programs_->fastpath(), &options) == 0) {
            ++(options.retval == XDP_PASS ? verdicts.passed
                                          : (options.retval == XDP_TX ? verdicts.refused : verdicts.dropped));
        }
    }

    // From another CPU, if there is one.
    void send_until_stopped() {
        cpu_set_t all;
        std::memset(&all, 0xff, sizeof(all));
        ::sched_setaffinity(0, sizeof(all), &all);
        const Octets first = frame(Ipv4{.src = "198.18.5.1"}).octets();
        const Octets second = frame(Ipv4{.src = "198.18.6.1"}).octets();
        while (!stopped_) {
            send(first, of_first_);
            send(second, of_second_);
        }
    }

    static uint64_t others() { return outcome_count(read_counters(map("counters")).value(), FP_OUT_other); }

    std::atomic<bool> stopped_ = false;
    Verdicts of_first_;
    Verdicts of_second_;
};

TEST_F(SteeringMapsUnderLoad, IsTheOldConfigOrTheNew) {
    const auto with = [](fp_acl_action action) {
        fp_settings settings = settings_with(1'232);
        settings.acl_action = static_cast<uint8_t>(action);
        return settings;
    };
    // Three, so that a half of the settings never holds already what comes next.
    const std::pair<SteeringPlan, fp_settings> configs[] = {
        {plan("{listen: [{address: 198.18.0.2}], acl: {allow: [198.18.5.0/24]}}"), with(FP_ACL_DROP)},
        {plan("{listen: [{address: 198.18.0.2}], acl: {allow: [198.18.6.0/24]}}"), with(FP_ACL_REFUSE)},
        {plan("{listen: [{address: 198.18.0.2}], acl: {allow: [198.18.6.0/24]}}"), with(FP_ACL_PASS)},
    };
    ASSERT_TRUE(apply(configs[0].first, configs[0].second));
    const uint64_t others_before = others();
    std::thread sender([this] { send_until_stopped(); });
    Result<> applied;
    for (size_t i = 1; applied && i < 30; ++i) {
        const auto &[planned, settings] = configs[i % std::size(configs)];
        applied = apply(planned, settings);
    }
    stopped_ = true;
    sender.join();

    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_GT(of_first_.passed, 0U);
    EXPECT_GT(of_first_.refused, 0U);
    EXPECT_EQ(of_first_.dropped, 0U);
    EXPECT_GT(of_second_.passed, 0U);
    EXPECT_GT(of_second_.dropped, 0U);
    EXPECT_EQ(of_second_.refused, 0U);
    EXPECT_EQ(others(), others_before) << "packets that met no listener";
}

} // namespace
} // namespace fastpath::test
