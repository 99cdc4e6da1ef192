// SPDX-License-Identifier: Apache-2.0
// A reload: the next generation of the config is written beside the one in use, and one number switches all of it at once.
#include "steer_fixture.h"

namespace fastpath::test {
namespace {

constexpr const char *new_address = "198.18.0.33"; // a listener of the next generation alone
constexpr uint16_t new_view = 7;

class Generation : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        before_ = world().add("198.18.1.1");
        generations_ = {.generation = 0,
                        .first_answer_port = settings().first_port,
                        .answer_ports = settings().ports,
                        .settings = {settings(), {}}};
    }

    // Everything is another than before: addresses, clients, pools, routes, settings.
    void write_next(uint32_t generation) {
        set_listener(server_ipv4, {.view = new_view, .pool = 1, .pad = 0}, generation);
        set_listener(new_address, {.view = new_view, .pool = 2, .pad = 0}, generation);
        set_client("198.18.0.0/24",
                   {.allowed = 1, .is_upstream = 0, .view = FP_VIEW_NONE, .pool = FP_POOL_NONE, .pad = 0}, generation);
        after_ = world().add("198.18.2.1", {.pool = 1, .generation = generation});
        after_by_route_ = world().add("198.18.2.2", {.pool = 3, .generation = generation});
        world().route_zone("corp.example.", 3, generation);
        fp_settings &next = generations_.settings[generation & 1];
        next = settings();
        next.has_routes = 1;
        next.payload_size = 512;
    }

    void switch_to(uint32_t generation) {
        generations_.generation = generation;
        set_generations(generations_);
    }

    // What the fixture expects of packets from now on.
    void expect_settings_of(uint32_t generation) {
        set(generations_.settings[generation & 1]); // as generation 0
        set_generations(generations_);
    }

    fp_generations generations_{};
    Upstream before_;
    Upstream after_;
    Upstream after_by_route_;
};

TEST_F(Generation, NothingOfTheNextOneIsSeen) {
    write_next(1);
    EXPECT_TRUE(steers(frame(DnsQuery{.edns = Edns{}}), before_));
    EXPECT_TRUE(steers(frame(DnsQuery{.name = "www.corp.example."}), before_));
    EXPECT_TRUE(is_left_alone(frame(Ipv4{.dst = new_address})));
    EXPECT_TRUE(steers(frame(Ipv4{.src = "198.18.1.200"}), before_));
}

TEST_F(Generation, OneNumberSwitchesAll) {
    write_next(1);
    switch_to(1);
    expect_settings_of(1);
    EXPECT_TRUE(steers(frame(DnsQuery{.edns = Edns{}}), after_, new_view)); // offers 512
    EXPECT_TRUE(steers(frame(DnsQuery{.name = "www.corp.example."}), after_by_route_, new_view));
    EXPECT_TRUE(asks_local(frame(Ipv4{.dst = new_address}), FP_OUT_miss_no_upstream, std::nullopt));
    EXPECT_TRUE(refuses(frame(Ipv4{.src = "198.18.1.200"})));
    EXPECT_TRUE(is_left_alone(frame(Ipv4{.dst = other_server_ipv4})));
}

// Settings and tables lie in halves, rows carry the whole number.
TEST_F(Generation, OfRowsTheWholeNumberCounts) {
    write_next(3);
    switch_to(1);
    EXPECT_TRUE(is_left_alone(frame()));
    switch_to(3);
    expect_settings_of(3);
    EXPECT_TRUE(steers(frame(), after_, new_view));
    switch_to(0x80000003);
    EXPECT_TRUE(is_left_alone(frame()));
}

TEST_F(Generation, BackToTheFirstHalf) {
    write_next(1);
    switch_to(1);
    write_next(2);
    switch_to(2);
    expect_settings_of(2);
    EXPECT_TRUE(steers(frame(), after_, new_view));
}

// Answers to what the old one has sent come home under the new one, to the client and the address that asked, and are learned
// for the view of then.
TEST_F(Generation, WhatIsOnItsWayComesHome) {
    const Steered query = sends(frame(), before_);
    const Steered strange = sends(frame(Ipv4{.dst = other_server_ipv4}), before_, other_view);
    write_next(1);
    switch_to(1);
    EXPECT_TRUE(comes_home(answer_to(query), query));
    EXPECT_TRUE(comes_home(answer_to(strange), strange));
}

// Ports that are used no more stay open as long as answers may come to them.
TEST_F(Generation, AlsoToThePortsOfBefore) {
    const Steered query = sends(frame(), before_);
    const Steered late = sends(frame(DnsQuery{.id = 2}), before_);
    write_next(1);
    generations_.settings[1].first_port = 40000;
    generations_.settings[1].ports = 1000;
    generations_.first_answer_port = settings().first_port;
    generations_.answer_ports = static_cast<uint16_t>(41000 - settings().first_port);
    switch_to(1);
    EXPECT_TRUE(comes_home(answer_to(query), query));
    generations_.first_answer_port = 40000;
    generations_.answer_ports = 1000;
    expect_settings_of(1);
    EXPECT_TRUE(is_left_alone(answer_to(late)));
    const Steered next = sends(frame(), after_, new_view);
    EXPECT_TRUE(comes_home(answer_to(next), next));
}

TEST_F(Generation, TheLifeOfFlowsIsThatOfNow) {
    const Steered query = sends(frame(), before_);
    const Steered late = sends(frame(DnsQuery{.id = 2}), before_);
    write_next(1);
    generations_.settings[1].flow_life_ns = FP_NSEC_PER_SEC;
    switch_to(1);
    advance(1);
    EXPECT_TRUE(comes_home(answer_to(query), query));
    advance_ns(1);
    EXPECT_TRUE(drops(answer_to(late), FP_OUT_drop_unasked));
}

} // namespace
} // namespace fastpath::test
