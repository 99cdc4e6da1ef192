// SPDX-License-Identifier: Apache-2.0
// What comes to the ports of steered queries and is not the answer: nobody gets it, and the true one still comes home.
#include "harness/expected_answer.h"
#include "steer_fixture.h"
#include "waiting_socket.h"

namespace fastpath::test {
namespace {

constexpr const char *another_ipv4 = "198.18.1.12"; // an upstream as well
constexpr const char *another_ipv6 = "2001:db8:1::12";
constexpr const char *stranger_ipv4 = "198.18.200.1";
constexpr const char *stranger_ipv6 = "2001:db8:200::1";

void set_source(Packet &packet, const char *ipv4, const char *ipv6) {
    if (auto *const header = std::get_if<Ipv4>(&packet.ip)) {
        header->src = ipv4;
    } else {
        std::get<Ipv6>(packet.ip).src = ipv6;
    }
}

class Answer : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        over_ipv4_ = world().add(upstream_ipv4);
        over_ipv6_ = world().add(upstream_ipv6);
        for (const char *address : {upstream_ipv4, another_ipv4, upstream_ipv6, another_ipv6}) {
            set_client(address, {.allowed = 0, .is_upstream = 1, .view = FP_VIEW_NONE, .pool = FP_POOL_NONE, .pad = 0});
        }
    }

    // One query of each family, open.
    std::vector<Steered> open_queries() { return {sends(frame(Ipv4{}), over_ipv4_), sends(frame(Ipv6{}), over_ipv6_)}; }

    // What `change` makes of an answer is dropped; then the true one comes home.
    template <class Change> void expect_dropped(fp_outcome outcome, Change change) {
        for (const Steered &open : open_queries()) {
            Packet packet = answer_to(open);
            change(packet);
            EXPECT_TRUE(is_dropped(packet, outcome));
            EXPECT_TRUE(comes_home(answer_to(open), open));
        }
    }
    template <class Change> void expect_left_alone(Change change) {
        for (const Steered &open : open_queries()) {
            Packet packet = answer_to(open);
            change(packet);
            EXPECT_TRUE(is_left_alone(packet));
            EXPECT_TRUE(comes_home(answer_to(open), open));
        }
    }

    Upstream over_ipv4_;
    Upstream over_ipv6_;
};

// RFC 5452 9.1: address, port, id and question have to be those of the query.
TEST_F(Answer, FromAnotherUpstream) {
    expect_dropped(FP_OUT_drop_unasked, [](Packet &p) { set_source(p, another_ipv4, another_ipv6); });
}

TEST_F(Answer, FromAStranger) {
    expect_left_alone([](Packet &p) { set_source(p, stranger_ipv4, stranger_ipv6); });
}

TEST_F(Answer, FromAnotherPort) {
    expect_left_alone([](Packet &p) { std::get<Udp>(p.transport).src = 54; });
}

TEST_F(Answer, ToAnotherPort) {
    expect_dropped(FP_OUT_drop_unasked, [](Packet &p) {
        uint16_t &port = std::get<Udp>(p.transport).dst;
        port = port == first_source_port ? port + 1 : port - 1;
    });
}

TEST_F(Answer, ToAPortOfOthers) {
    for (const int port : {first_source_port - 1, first_source_port + source_ports, 1, 65535}) {
        expect_left_alone([port](Packet &p) { std::get<Udp>(p.transport).dst = static_cast<uint16_t>(port); });
    }
}

TEST_F(Answer, ToEachAddressThatQueriesAreSentFrom) {
    const std::vector<Steered> open = open_queries();
    const std::vector<std::string> ipv4 = addresses_of("198.18.7.", FP_SOURCES_MAX);
    const std::vector<std::string> ipv6 = addresses_of("2001:db8:7::", FP_SOURCES_MAX);
    world().set_sources(own_ifindex, ipv4, ipv6);
    for (size_t i = 0; i < FP_SOURCES_MAX; i++) {
        Packet over_ipv4 = answer_to(open[0]);
        std::get<Ipv4>(over_ipv4.ip).dst = ipv4[i];
        EXPECT_TRUE(is_dropped(over_ipv4, FP_OUT_drop_unasked)) << i;
        Packet over_ipv6 = answer_to(open[1]);
        std::get<Ipv6>(over_ipv6.ip).dst = ipv6[i];
        EXPECT_TRUE(is_dropped(over_ipv6, FP_OUT_drop_unasked)) << i;
    }
    world().set_sources(own_ifindex, {ipv4[0]}, {ipv6[0]});
    Packet another = answer_to(open[0]);
    std::get<Ipv4>(another.ip).dst = ipv4[1];
    EXPECT_TRUE(is_left_alone(another));
}

// It may be for somebody behind this host, who asks the same upstream.
TEST_F(Answer, ToAnAddressThatNothingIsSteeredFrom) {
    expect_left_alone([](Packet &p) {
        if (auto *const header = std::get_if<Ipv4>(&p.ip)) {
            header->dst = server_ipv4;
        } else {
            std::get<Ipv6>(p.ip).dst = server_ipv6;
        }
    });
}

TEST_F(Answer, WithAnotherId) {
    for (const size_t octet : {0U, 1U}) {
        expect_dropped(FP_OUT_drop_unasked, [octet](Packet &p) { (*p.payload)[octet] ^= 1; });
    }
}

TEST_F(Answer, ToAnotherQuestion) {
    const size_t name_at = FP_DNS_HEADER_LEN;
    const size_t type_at = name_at + DnsQuery{}.name_octets().size();
    expect_dropped(FP_OUT_drop_question, [=](Packet &p) { (*p.payload)[name_at + 1] = 'v'; });
    expect_dropped(FP_OUT_drop_question, [=](Packet &p) { (*p.payload)[type_at - 2] = 'n'; });
    expect_dropped(FP_OUT_drop_question, [=](Packet &p) { (*p.payload)[type_at + 1] = type::ns; });
    expect_dropped(FP_OUT_drop_question, [=](Packet &p) { (*p.payload)[type_at + 3] = 3; }); // the class
    expect_dropped(FP_OUT_drop_question, [=](Packet &p) { (*p.payload)[name_at] = 0xc0; });
    expect_dropped(FP_OUT_drop_question,
                   [=](Packet &p) { (*p.payload)[name_at + 4] = 63; }); // a name that does not end
}

// An upstream may write the name as it likes.
TEST_F(Answer, InAnotherCase) {
    for (const Steered &open : open_queries()) {
        Packet answer = answer_to(open);
        (*answer.payload)[FP_DNS_HEADER_LEN + 1] = 'W';
        EXPECT_TRUE(comes_home(answer, open));
    }
}

// The query itself, come back: also what an attacker sends who waits for the question to be repeated.
TEST_F(Answer, ThatIsNone) {
    expect_dropped(FP_OUT_drop_answer, [](Packet &p) { (*p.payload)[2] &= 0x7f; });              // QR=0
    expect_dropped(FP_OUT_drop_answer, [](Packet &p) { (*p.payload)[2] |= 4 << 3; });            // NOTIFY
    expect_dropped(FP_OUT_drop_answer, [](Packet &p) { (*p.payload)[5] = 2; });                  // two questions
    expect_dropped(FP_OUT_drop_answer, [](Packet &p) { (*p.payload)[4] = 1; });                  // 257
    expect_dropped(FP_OUT_drop_answer, [](Packet &p) { p.payload->resize(FP_DNS_HEADER_LEN); }); // one, but not there
    expect_dropped(FP_OUT_drop_question, [](Packet &p) { p.payload->resize(FP_DNS_HEADER_LEN + 1); });
    expect_dropped(FP_OUT_drop_question, [](Packet &p) { p.payload->resize(FP_DNS_HEADER_LEN + 20); });
}

TEST_F(Answer, WithoutAQuestion) {
    expect_dropped(FP_OUT_drop_answer, [](Packet &p) { // NOERROR
        p.payload->resize(FP_DNS_HEADER_LEN);
        (*p.payload)[5] = 0;
    });
    expect_dropped(FP_OUT_drop_answer, [](Packet &p) { // REFUSED, but with more behind it
        (*p.payload)[3] |= FP_RCODE_REFUSED;
        (*p.payload)[5] = 0;
    });
}

TEST_F(Answer, CutShort) {
    for (const size_t size : {2U, 3U, 11U}) {
        expect_dropped(FP_OUT_drop_answer, [size](Packet &p) {
            p.payload->resize(size);
            p.padding.frame_size = 100; // so that there is something behind the datagram
        });
        expect_dropped(FP_OUT_drop_unasked, [size](Packet &p) { p.payload->resize(size); }); // no id that could be read
    }
    expect_dropped(FP_OUT_drop_unasked, [](Packet &p) { p.payload->clear(); });
}

TEST_F(Answer, OfAnotherLengthThanIpSays) {
    for (const int difference : {-1, 1, 1000}) {
        expect_dropped(FP_OUT_drop_answer, [difference](Packet &p) {
            std::get<Udp>(p.transport).length =
                static_cast<uint16_t>(8 + static_cast<int>(p.payload->size()) + difference);
        });
    }
    expect_dropped(FP_OUT_drop_answer, [](Packet &p) { std::get<Udp>(p.transport).length = 0; });
}

// The rest of it finds no way home; its client asks again, over TCP if its resolver says so.
TEST_F(Answer, InFragments) {
    const Steered open = sends(frame(Ipv4{}), over_ipv4_);
    Packet fragment = answer_to(open);
    std::get<Ipv4>(fragment.ip).fragment = 0x2000;
    EXPECT_TRUE(is_dropped(fragment, FP_OUT_drop_answer));
    std::get<Ipv4>(fragment.ip).fragment = 0x2010;
    EXPECT_TRUE(is_left_alone(fragment));
    const Steered over_ipv6 = sends(frame(Ipv6{}), over_ipv6_);
    fragment = answer_to(over_ipv6);
    std::get<Ipv6>(fragment.ip).extensions = {Ipv6Extension{.type = 44, .data = {0, 1, 0, 0, 0, 1}}};
    EXPECT_TRUE(is_left_alone(fragment)); // what is in it is not looked at
}

TEST_F(Answer, WithAnIpHeaderThatIsNotUnderstood) {
    const Steered open = sends(frame(Ipv4{}), over_ipv4_);
    const auto changed = [&](auto change) {
        Packet packet = answer_to(open);
        change(std::get<Ipv4>(packet.ip));
        return packet;
    };
    EXPECT_TRUE(is_dropped(changed([](Ipv4 &ip) { ip.options = Octets(4, 1); }), FP_OUT_drop_answer));
    EXPECT_TRUE(is_dropped(changed([](Ipv4 &ip) { ip.checksum = 0x1234; }), FP_OUT_drop_answer));
    EXPECT_TRUE(comes_home(answer_to(open), open));
}

TEST_F(Answer, OverTcp) {
    for (const Steered &open : open_queries()) {
        Packet packet = answer_to(open);
        packet.transport = Tcp{.src = FP_DNS_PORT, .dst = udp_of(open.sent).src};
        EXPECT_TRUE(is_left_alone(packet));
    }
}

TEST_F(Answer, ASecondOne) {
    for (const Steered &open : open_queries()) {
        EXPECT_TRUE(comes_home(answer_to(open), open));
        EXPECT_TRUE(is_dropped(answer_to(open), FP_OUT_drop_unasked));
    }
}

// Its flow is left to the daemon, which counts it as unanswered.
TEST_F(Answer, TooLate) {
    for (const Packet &query : {frame(Ipv4{}), frame(Ipv6{})}) {
        const Upstream &upstream = is_ipv6(query) ? over_ipv6_ : over_ipv4_;
        Steered open = sends(query, upstream);
        advance_ns(settings().flow_life_ns);
        EXPECT_TRUE(comes_home(answer_to(open), open)); // the last moment
        open = sends(query, upstream);
        advance_ns(settings().flow_life_ns + 1);
        EXPECT_TRUE(is_dropped(answer_to(open), FP_OUT_drop_unasked));
        EXPECT_TRUE(is_dropped(answer_to(open), FP_OUT_drop_unasked));
    }
}

// The resolver of this host may ask the same upstream, from one of our ports.
TEST_F(Answer, ThatASocketOfThisHostWaitsFor) {
    for (const Steered &open : open_queries()) {
        const WaitingSocket socket(is_ipv6(open.query), first_source_port, source_ports);
        Packet packet = answer_to(open);
        std::get<Udp>(packet.transport).dst = socket.port();
        EXPECT_TRUE(is_left_alone(packet));
        std::get<Udp>(packet.transport).dst = socket.port() + 1;
        EXPECT_TRUE(is_dropped(packet, FP_OUT_drop_unasked));
    }
}

TEST_F(Answer, NobodyLooksWhereNothingIsSteered) {
    const std::vector<Steered> open = open_queries();
    fp_settings off = settings();
    off.steers = 0; // and no answers are on their way any more
    set(off);
    for (const Steered &query : open) {
        EXPECT_TRUE(is_left_alone(answer_to(query)));
    }
}

} // namespace
} // namespace fastpath::test
