// SPDX-License-Identifier: Apache-2.0
// `dns-fastpathctl status`, `upstreams`, `drain` and `doctor` on real pins.
#include "e2e/ctl_fixture.h"

#include <bpf/libbpf.h>
#include <cstring>
#include <map>

namespace fastpath::test {
namespace {

TEST_F(Ctl, StatusIsFineWhileEverythingRuns) {
    attach();
    listen_on(address4);
    listen_on(address6);
    const Finished finished = ctl({"status"});
    EXPECT_EQ(finished.exit_code, fine) << finished.output;
    EXPECT_TRUE(contains(finished.output, "\nfpctl0     generic  attached\n")) << finished.output;
    EXPECT_FALSE(contains(finished.output, "\033")) << "a pipe is no terminal";
    EXPECT_TRUE(contains(finished.output, "\nANSWERS ON\n192.0.2.53\n2001:db8::53\n")) << finished.output;
    EXPECT_EQ(ctl_json({"status"})["daemon"]["pid"], 4711);
    EXPECT_EQ(ctl_json({"status"})["listeners"], json({"192.0.2.53", "2001:db8::53"}));
}

TEST_F(Ctl, StatusIsDegradedWithoutAnAddressToAnswerOn) {
    attach();
    EXPECT_EQ(ctl({"status"}).exit_code, failed);
    const json problems = ctl_json({"status"})["problems"];
    ASSERT_EQ(problems.size(), 1);
    EXPECT_TRUE(contains(problems[0], "no address to answer on"));
}

// While a reload goes on, and after a daemon that died in one.
TEST_F(Ctl, StatusKnowsTheAddressesInUseAlone) {
    listen_on(address4);
    listen_on(address6, generation_in_use + 1);
    listen_on(address6, generation_in_use - 1);
    EXPECT_EQ(ctl_json({"status"})["listeners"], json({"192.0.2.53"}));
}

TEST_F(Ctl, StatusCountsUpstreams) {
    add_upstreams();
    EXPECT_EQ(ctl_json({"status"})["upstreams"], json({{"up", 2}, {"drained", 0}, {"total", 2}}));
}

TEST_F(Ctl, StatusIsDegradedByARenamedInterface) {
    attach();
    listen_on(address4);
    run({"ip", "link", "set", interface, "name", "fplan0"});
    const Finished finished = ctl({"status"});
    const Finished detached = ctl({"detach"});
    run({"ip", "link", "set", "fplan0", "name", interface});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "fpctl0 is now named fplan0")) << finished.output;
    EXPECT_EQ(detached.exit_code, fine) << detached.output;
    EXPECT_FALSE(contains(interface_state(), "xdp")) << "found by its link, whatever its name";
    EXPECT_EQ(egress_filters(), "");
}

TEST_F(Ctl, StatusIsDegradedWithoutADaemon) {
    attach();
    listen_on(address4);
    stop_daemon();
    EXPECT_EQ(ctl({"status"}).exit_code, failed);
    const json status = ctl_json({"status"});
    EXPECT_EQ(status["state"], "degraded");
    EXPECT_EQ(status["daemon"]["running"], false);
    EXPECT_EQ(status["interfaces"][0]["attached"], true) << "hits go on";
}

TEST_F(Ctl, StatusIsDegradedWithoutAHeartbeat) {
    attach();
    listen_on(address4);
    write_meta(60 * FP_NSEC_PER_SEC);
    EXPECT_EQ(ctl({"status"}).exit_code, failed);
    EXPECT_TRUE(contains(ctl_json({"status"})["problems"][0], "no heartbeat for 1 min"));
}

TEST_F(Ctl, StatusIsDegradedByADeadLink) {
    attach();
    listen_on(address4);
    break_link();
    EXPECT_EQ(ctl({"status"}).exit_code, failed);
    EXPECT_EQ(ctl_json({"status"})["interfaces"][0]["attached"], false);
}

TEST_F(Ctl, UpstreamsShowsThoseInUse) {
    EXPECT_EQ(ctl_json({"upstreams"})["upstreams"], json::array());
    add_upstreams();
    const Finished finished = ctl({"upstreams"});
    EXPECT_EQ(finished.exit_code, fine) << finished.output;
    EXPECT_TRUE(contains(finished.output, "\ndefault  198.18.1.12  ")) << finished.output;
    const json upstreams = ctl_json({"upstreams"})["upstreams"];
    ASSERT_EQ(upstreams.size(), 2);
    EXPECT_EQ(upstreams[0]["upstream"], "198.18.1.11");
    EXPECT_EQ(upstreams[0]["queries"], 2 * libbpf_num_possible_cpus());
    EXPECT_EQ(upstreams[1]["queries"], 0);
}

TEST_F(Ctl, DrainAndUndrainChangeOneFieldOfTheMap) {
    add_upstreams();
    fp_upstream wanted = upstream(5);
    wanted.drained = 1;
    const Finished drained = ctl({"drain", "198.18.1.12"});
    EXPECT_EQ(drained.exit_code, fine);
    EXPECT_EQ(drained.output, "198.18.1.12: drained in pool default\n");
    fp_upstream found = upstream(5);
    EXPECT_EQ(std::memcmp(&found, &wanted, sizeof(found)), 0);
    EXPECT_EQ(upstream(3).drained, 0);
    EXPECT_EQ(ctl_json({"upstreams"})["upstreams"][1]["drained"], true);

    EXPECT_EQ(ctl_json({"drain", "198.18.1.11"})["pools_without_service"], json({"default"}));
    EXPECT_EQ(ctl({"upstreams"}).exit_code, failed) << "no upstream of the pool is left";
    EXPECT_EQ(ctl({"undrain", "198.18.1.11"}).exit_code, fine);
    EXPECT_EQ(upstream(3).drained, 0);
    EXPECT_EQ(upstream(5).drained, 1);
}

TEST_F(Ctl, DrainNamesTheUpstreamsWhereItFindsNone) {
    add_upstreams();
    const Finished finished = ctl({"drain", "198.18.1.13"});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "no upstream 198.18.1.13; there are 198.18.1.11, 198.18.1.12"))
        << finished.output;
}

TEST_F(Ctl, DoctorGathersFactsOfPinsAndHost) {
    attach();
    add_upstreams();
    const Finished finished = ctl({"doctor"});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "warning  xdp_mode ")) << finished.output;
    const json doctor = ctl_json({"doctor"});
    EXPECT_EQ(doctor["status"], "warning") << doctor.dump(2);
    std::map<std::string, std::string> statuses;
    for (const json &check : doctor["checks"]) {
        statuses[check["check"]] = check["status"];
    }
    EXPECT_EQ(statuses, (std::map<std::string, std::string>{{"heartbeat", "ok"},
                                                            {"xdp_mode", "warning"},
                                                            {"mtu", "ok"},
                                                            {"queues", "ok"},
                                                            {"nic_allowances", "ok"},
                                                            {"nic_connections", "ok"},
                                                            {"source_ports", "ok"},
                                                            {"forwarding", "ok"},
                                                            {"notrack", "ok"},
                                                            {"tracked_dns", "ok"},
                                                            {"firewall", "ok"},
                                                            {"translation", "ok"},
                                                            {"conntrack_fill", "ok"}}));
    EXPECT_EQ(ctl({"detach"}).exit_code, fine);
    EXPECT_EQ(ctl({"doctor"}).exit_code, fine) << ctl({"doctor"}).output;
}

} // namespace
} // namespace fastpath::test
