// SPDX-License-Identifier: Apache-2.0
// ICMP errors about steered queries: counted for the upstream and kept from this host, which did not ask.
#include "steer_fixture.h"

namespace fastpath::test {
namespace {

Packet verbatim(Octets octets) {
    return {.verbatim = std::move(octets)};
}

class IcmpError : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        over_ipv4_ = world().add(upstream_ipv4);
        over_ipv6_ = world().add(upstream_ipv6);
    }

    ::testing::AssertionResult counts(const Steered &query, const Octets &error) {
        SteeringWorld::Counters expected = world().counters();
        expected[query.upstream.number].unreachable++;
        if (::testing::AssertionResult dropped = drops(verbatim(error), FP_OUT_drop_icmp); !dropped) {
            return dropped;
        }
        const uint64_t unreachable = world().counters()[query.upstream.number].unreachable;
        return unreachable == expected[query.upstream.number].unreachable
                   ? ::testing::AssertionSuccess()
                   : ::testing::AssertionFailure() << unreachable << " are counted";
    }

    ::testing::AssertionResult says_nothing(const Octets &error) { return is_left_alone(verbatim(error)); }

    Upstream over_ipv4_;
    Upstream over_ipv6_;
};

struct Code {
    uint8_t type;
    uint8_t code;
};

// RFC 792, RFC 4443 3: it did not get there, or not in time.
constexpr Code errors_ipv4[] = {{3, 0}, {3, 1}, {3, 3}, {3, 4}, {3, 13}, {11, 0}};
constexpr Code errors_ipv6[] = {{1, 0}, {1, 1}, {1, 3}, {1, 4}, {1, 6}, {3, 0}};

TEST_F(IcmpError, AboutAnOpenQuery) {
    const Steered over_ipv4 = sends(frame(Ipv4{}), over_ipv4_);
    for (const Code &error : errors_ipv4) {
        EXPECT_TRUE(counts(over_ipv4, icmp_about(over_ipv4.sent, error.type, error.code))) << int{error.type};
    }
    const Steered over_ipv6 = sends(frame(Ipv6{}), over_ipv6_);
    for (const Code &error : errors_ipv6) {
        EXPECT_TRUE(counts(over_ipv6, icmp_about(over_ipv6.sent, error.type, error.code))) << int{error.type};
    }
    EXPECT_TRUE(comes_home(answer_to(over_ipv4), over_ipv4)); // anybody may send such an error: it ends nothing
    EXPECT_TRUE(comes_home(answer_to(over_ipv6), over_ipv6));
}

TEST_F(IcmpError, BehindVlanTags) {
    const Steered over_ipv4 = sends(frame(Vlan{}, Ipv4{}), over_ipv4_);
    EXPECT_TRUE(counts(over_ipv4, icmp_about(over_ipv4.sent, 3, 3)));
    const Steered over_ipv6 = sends(frame(Vlan{}, Vlan{}, Ipv6{}), over_ipv6_);
    EXPECT_TRUE(counts(over_ipv6, icmp_about(over_ipv6.sent, 1, 4)));
}

TEST_F(IcmpError, OfAnotherKind) {
    const Steered over_ipv4 = sends(frame(Ipv4{}), over_ipv4_);
    for (const uint8_t type : std::initializer_list<uint8_t>{0, 4, 5, 8, 12}) {
        EXPECT_TRUE(says_nothing(icmp_about(over_ipv4.sent, type, 3))) << int{type};
    }
    const Steered over_ipv6 = sends(frame(Ipv6{}), over_ipv6_);
    for (const uint8_t type : std::initializer_list<uint8_t>{2, 4, 128, 135}) {
        EXPECT_TRUE(says_nothing(icmp_about(over_ipv6.sent, type, 4))) << int{type};
    }
}

TEST_F(IcmpError, AboutAnotherQuery) {
    for (const Steered &open : {sends(frame(Ipv4{}), over_ipv4_), sends(frame(Ipv6{}), over_ipv6_)}) {
        const uint8_t type = is_ipv6(open.query) ? 1 : 3;
        const auto about = [&](auto change) {
            Packet other = open.sent;
            change(other);
            return icmp_about(other, type, 4);
        };
        EXPECT_TRUE(says_nothing(about([](Packet &p) { p.dns.id ^= 1; })));
        EXPECT_TRUE(says_nothing(about([](Packet &p) { std::get<Udp>(p.transport).src ^= 1; })));
        EXPECT_TRUE(says_nothing(about([](Packet &p) { std::get<Udp>(p.transport).src = first_source_port - 1; })));
        EXPECT_TRUE(says_nothing(about([](Packet &p) { std::get<Udp>(p.transport).dst = 54; })));
        EXPECT_TRUE(says_nothing(about([](Packet &p) { p.transport = Tcp{}; })));
        EXPECT_TRUE(says_nothing(icmp_about(open.query, type, 4))); // as its client knows it
        EXPECT_TRUE(counts(open, icmp_about(open.sent, type, 4)));
    }
}

TEST_F(IcmpError, AboutAQueryThatIsAnswered) {
    const Steered open = sends(frame(), over_ipv4_);
    EXPECT_TRUE(comes_home(answer_to(open), open));
    EXPECT_TRUE(says_nothing(icmp_about(open.sent, 3, 3)));
}

// RFC 792 asks for eight octets of the datagram; without the id nothing tells whose it is.
TEST_F(IcmpError, ThatQuotesTooLittle) {
    for (const Steered &open : {sends(frame(Ipv4{}), over_ipv4_), sends(frame(Ipv6{}), over_ipv6_)}) {
        const size_t ip = is_ipv6(open.query) ? 40 : 20;
        Octets error = icmp_about(open.sent, is_ipv6(open.query) ? 1 : 3, 4);
        const size_t id_at = 14 + ip + 8 + ip + 8;
        error.resize(id_at + 2);
        EXPECT_TRUE(counts(open, error));
        for (const size_t size : {id_at + 1, id_at, id_at - 1, 14 + ip + 8, 14 + ip}) {
            error.resize(size);
            EXPECT_TRUE(says_nothing(error)) << size;
        }
    }
}

TEST_F(IcmpError, WhereNothingIsSteered) {
    const Steered open = sends(frame(), over_ipv4_);
    fp_settings off = settings();
    off.steers = 0;
    set(off);
    EXPECT_TRUE(says_nothing(icmp_about(open.sent, 3, 3)));
}

} // namespace
} // namespace fastpath::test
