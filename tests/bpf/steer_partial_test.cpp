// SPDX-License-Identifier: Apache-2.0
// Answers that are cached but not for this client: who resolves the name decides what fits, and that may be an upstream.
#include "corpus.h"
#include "steer_fixture.h"

namespace fastpath::test {
namespace {

class Partial : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        upstream_ = world().add(upstream_ipv4);
        add(mail_servers());
    }

    const Packet query_ = frame(DnsQuery{.name = "example.com.", .qtype = type::mx});
    Upstream upstream_;
};

TEST_F(Partial, GoesToTheUpstream) {
    EXPECT_TRUE(goes_and_comes(query_, upstream_));
}

TEST_F(Partial, GoesToTheUpstreamWhereTheBufferCannotGrow) {
    add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    set_room({.tail = 8, .head = 8});
    EXPECT_TRUE(goes_and_comes(frame(), upstream_));
}

TEST_F(Partial, IsPassedWhereNoUpstreamTakesIt) {
    world().set_state(upstream_, FP_UPSTREAM_DOWN);
    EXPECT_TRUE(passes(query_, FP_OUT_pass_partial));
    const Upstream local = world().add_local();
    EXPECT_TRUE(passes(query_, FP_OUT_pass_partial));
    world().set_state(upstream_, FP_UPSTREAM_UP);
    world().set_state(local, FP_UPSTREAM_DOWN);
    leave_by(strange_ifindex);
    EXPECT_TRUE(passes(query_, FP_OUT_pass_partial));
    EXPECT_TRUE(SteeringWorld::flows().empty());
}

TEST_F(Partial, IsPassedWhereNothingIsSteered) {
    fp_settings off = settings();
    off.steers = 0;
    set(off);
    EXPECT_TRUE(passes(query_, FP_OUT_pass_partial));
}

} // namespace
} // namespace fastpath::test
