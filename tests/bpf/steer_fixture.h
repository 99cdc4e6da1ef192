// SPDX-License-Identifier: Apache-2.0
// Steering: the fixture of misses that go to upstreams, and of the answers that come home from there; in virtual time, with routes
// that the test sets. A test says who may be asked, gives a packet, and asserts all that it does: verdict, outcome, the whole
// packet, the open flow, counters.
#pragma once

#include "fixture.h"
#include "steer_packet.h"
#include "steer_world.h"

namespace fastpath::test {

inline constexpr Mac gateway_mac{0x02, 0, 0, 0, 0, 0x0a};
inline constexpr Mac leaving_mac{0x02, 0, 0, 0, 0, 0x0b}; // of the interface by which queries leave

inline constexpr const char *upstream_ipv4 = "198.18.1.11";
inline constexpr const char *upstream_ipv6 = "2001:db8:1::11";

// A query on its way to an upstream.
struct Steered {
    Packet query; // as the client sent it
    Packet sent;  // as it left
    Upstream upstream;
    OpenFlow flow; // what was written down
};

class Steering : public VirtualTime {
  protected:
    // Leaves by the interface by which it came, unless a test sets another route.
    void SetUp() override;

    SteeringWorld &world() { return steering(); }
    void set_route(const Route &route);
    // Names are looked up in the routes by zone: what settings say of a plan that has some.
    void use_zone_routes();
    // Over this interface, by the gateway.
    void leave_by(uint32_t ifindex) { set_route({.ifindex = ifindex, .gateway = gateway_mac, .own = leaving_mac}); }

    // With a living daemon.
    void pass(uint32_t seconds);

    // The assertions. Each runs the packet once.
    ::testing::AssertionResult steers(const Packet &query, const Upstream &upstream, uint16_t view = default_view);
    ::testing::AssertionResult comes_home(const Packet &answer, const Steered &query);
    // Passed to the resolver of this host, as a member of its pool or of none. Written down for the learner where it was chosen, and
    // does not stand in for another one that may know the name better.
    ::testing::AssertionResult asks_local(const Packet &query, fp_outcome why, const std::optional<Upstream> &member);
    // Both ways, with a small answer.
    ::testing::AssertionResult goes_and_comes(const Packet &query, const Upstream &upstream);
    // Neither an answer for anybody, nor the end of an open flow.
    ::testing::AssertionResult is_dropped(const Packet &packet, fp_outcome outcome);
    ::testing::AssertionResult is_left_alone(const Packet &packet);

    // The query that was steered last.
    [[nodiscard]] const Steered &steered() const { return steered_; }
    // Steers it, as an expectation.
    Steered sends(const Packet &query, const Upstream &upstream, uint16_t view = default_view);

    // The answer to it as the upstream sends it; the first one has no records, and so fits every question.
    [[nodiscard]] static Packet answer_to(const Steered &query);
    [[nodiscard]] static Packet answer_to(const Steered &query, const ResponseText &response);
    [[nodiscard]] static Packet answer_with(const Steered &query, Octets message);

    // What an answer adds to the counters of its upstream.
    static void count_answer(fp_upstream_counters &counters, uint16_t rcode, uint64_t rtt_ns);
    [[nodiscard]] std::string wrong_counters(const SteeringWorld::Counters &expected);

  private:
    // How a query has to leave.
    struct Leaving {
        uint32_t redirect = 0; // to this interface; 0 = by that by which it came
        std::vector<Vlan> vlans{};
        std::vector<std::string> sources{};
    };
    [[nodiscard]] Leaving leaving_of(const Packet &query);
    [[nodiscard]] OpenFlow expected_flow(const Packet &query, const Packet &sent, const Upstream &upstream,
                                         uint16_t view) const;

    Route route_;
    Steered steered_;
};

} // namespace fastpath::test
