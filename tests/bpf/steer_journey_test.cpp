// SPDX-License-Identifier: Apache-2.0
// A miss on its way to an upstream, and the answer on its way home: the whole packet both times, whatever carries it.
#include "harness/expected_answer.h"
#include "steer_fixture.h"

namespace fastpath::test {
namespace {

class Journey : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        over_ipv4_ = world().add(upstream_ipv4);
        over_ipv6_ = world().add(upstream_ipv6);
    }

    ::testing::AssertionResult succeeds(const Packet &query) { return goes_and_comes(query, upstream_for(query)); }

    [[nodiscard]] Upstream upstream_for(const Packet &query) const { return is_ipv6(query) ? over_ipv6_ : over_ipv4_; }

    Upstream over_ipv4_;
    Upstream over_ipv6_;
};

DnsQuery with_payload_size(uint16_t size, const std::string &name = "www.example.com.") {
    return {.name = name, .edns = Edns{.udp_size = size}};
}

// Of so many octets, the most that there may be in its last two labels.
std::string name_of(size_t length) {
    std::string name;
    for (size_t left = length - 1; left > 0;) {
        size_t label = std::min<size_t>(left - 1, 63);
        label -= left - 1 - label == 1 ? 1 : 0;
        name += std::string(label, 'n') + ".";
        left -= label + 1;
    }
    return name.empty() ? "." : name;
}

TEST_F(Journey, OverIpv4AndIpv6) {
    EXPECT_TRUE(succeeds(frame(Ipv4{})));
    EXPECT_TRUE(succeeds(frame(Ipv6{})));
}

// By the wire by which it came, which carries the VLANs of who asks.
TEST_F(Journey, BehindVlanTagsWhichStay) {
    const Vlan tag = {.tci = 0x6064};
    const Vlan service_tag = {.tci = 0x0fff, .protocol = 0x88a8};
    EXPECT_TRUE(succeeds(frame(tag, Ipv4{})));
    EXPECT_TRUE(succeeds(frame(tag, Ipv6{})));
    EXPECT_TRUE(succeeds(frame(service_tag, tag, Ipv4{})));
    EXPECT_TRUE(succeeds(frame(service_tag, tag, Ipv6{})));
}

TEST_F(Journey, HeaderFieldsStay) {
    EXPECT_TRUE(succeeds(frame(Ipv4{.ttl = 255, .tos = 0xb9, .id = 0xffff, .fragment = 0})));
    EXPECT_TRUE(succeeds(frame(Ipv4{.ttl = 2, .tos = 0, .id = 0, .fragment = 0x4000})));
    EXPECT_TRUE(succeeds(frame(Ipv6{.hop_limit = 255, .class_and_flow = 0x0ffabcde})));
    EXPECT_TRUE(succeeds(frame(Ipv6{.hop_limit = 2})));
}

TEST_F(Journey, PaddingStays) {
    EXPECT_TRUE(succeeds(frame(DnsQuery{.name = "."}, Padding{60})));
    EXPECT_TRUE(succeeds(frame(Ipv6{}, Padding{1500})));
}

TEST_F(Journey, IdAndPortsOfEveryClient) {
    for (const uint16_t number : std::initializer_list<uint16_t>{0, 1, 53, 1023, 32768, 65535}) {
        EXPECT_TRUE(succeeds(frame(DnsQuery{.id = number})));
        if (number != 0) {
            EXPECT_TRUE(succeeds(frame(Udp{.src = number}, DnsQuery{.name = "port.example."})));
        }
    }
}

TEST_F(Journey, NamesOfEveryLength) {
    for (const size_t length : {1U, 3U, 8U, 9U, 64U, 65U, 66U, 254U, 255U}) {
        ASSERT_EQ(DnsQuery{.name = name_of(length)}.name_octets().size(), length);
        EXPECT_TRUE(succeeds(frame(DnsQuery{.name = name_of(length)}))) << length;
        EXPECT_TRUE(succeeds(frame(Ipv6{}, DnsQuery{.name = name_of(length), .edns = Edns{}}))) << length;
    }
}

TEST_F(Journey, TheCaseOfTheNameStays) {
    for (const char *name : {"WWW.EXAMPLE.COM.", "wWw.eXaMpLe.CoM."}) {
        EXPECT_TRUE(succeeds(frame(DnsQuery{.name = name})));
        EXPECT_TRUE(succeeds(frame(Ipv6{}, DnsQuery{.name = name, .edns = Edns{}})));
    }
}

TEST_F(Journey, EveryTypeAndBit) {
    for (const uint16_t flags : std::initializer_list<uint16_t>{0, FP_DNS_CD, FP_DNS_AD, FP_DNS_CD | FP_DNS_AD}) {
        for (const uint16_t qtype : {type::a, type::aaaa, type::mx, uint16_t{257}, uint16_t{65535}}) {
            DnsQuery query = {.flags = static_cast<uint16_t>(FP_DNS_RD | flags), .qtype = qtype};
            EXPECT_TRUE(succeeds(frame(query)));
            query.edns = Edns{.flags = FP_EDNS_DO};
            EXPECT_TRUE(succeeds(frame(query)));
        }
    }
}

// The upstream answers the client's cookie itself, and the client gets that.
TEST_F(Journey, CookiesGoAlong) {
    for (const size_t length : {8U, 16U, 40U}) {
        const Octets cookie = edns_option(FP_EDNS_OPTION_COOKIE, Octets(length, 0xc0));
        EXPECT_TRUE(succeeds(frame(DnsQuery{.edns = Edns{.options = cookie}}))) << length;
        EXPECT_TRUE(succeeds(frame(Ipv6{}, DnsQuery{.name = name_of(255), .edns = Edns{.options = cookie}}))) << length;
    }
}

// What is larger than we take in one piece would come in fragments. The field lies at an even offset, and at an odd one.
TEST_F(Journey, NoMoreThanOurPayloadSizeIsOffered) {
    fp_settings ours = settings();
    for (const uint16_t limit : std::initializer_list<uint16_t>{512, 1232, 1400}) {
        ours.payload_size = limit;
        set(ours);
        for (const char *name : {"odd.example.", "even.example."}) {
            for (const int offered : {0, 511, 512, 513, limit - 1, limit + 0, limit + 1, 4096, 0xff00, 65535}) {
                const DnsQuery query = with_payload_size(static_cast<uint16_t>(offered), name);
                EXPECT_TRUE(succeeds(frame(query))) << name << offered;
                EXPECT_TRUE(succeeds(frame(Ipv6{}, query))) << name << offered;
            }
        }
    }
}

TEST_F(Journey, AChecksumThatIsNoneStaysNone) {
    EXPECT_TRUE(succeeds(frame(Udp{.checksum = 0})));
    EXPECT_TRUE(succeeds(frame(Udp{.checksum = 0}, with_payload_size(4096))));
    const Steered query = sends(frame(Udp{.checksum = 0}), over_ipv4_);
    EXPECT_TRUE(comes_home(with_checksum(answer_to(query), 0), query));
}

// What was damaged on its way stays damaged, so that the receiver sees it.
TEST_F(Journey, AWrongChecksumStaysWrong) {
    for (const Packet &packet : {frame(Ipv4{}), frame(Ipv6{}), frame(Ipv4{}, with_payload_size(4096)),
                                 frame(Ipv6{}, with_payload_size(4096, "even.example."))}) {
        for (const int wrong_by : {1, 255, 256, 0x7fff, 0xfffe}) {
            const auto wrong = static_cast<uint16_t>(right_checksum(packet) + wrong_by);
            const Steered open = sends(with_checksum(packet, wrong), upstream_for(packet));
            const Packet answer = answer_to(open);
            const auto wrong_answer = static_cast<uint16_t>(right_checksum(answer) + wrong_by);
            EXPECT_TRUE(comes_home(with_checksum(answer, wrong_answer), open)) << wrong_by;
        }
    }
}

// Of a container on this host: its virtual interface leaves the checksum to hardware that there is none of.
TEST_F(Journey, AHalfDoneChecksumIsFinished) {
    for (const size_t length : {1U, 3U, 4U, 5U, 6U, 254U, 255U}) {
        for (const DnsQuery &query : {DnsQuery{.name = name_of(length)}, with_payload_size(4096, name_of(length))}) {
            for (const Packet &packet : {frame(Ipv4{}, query), frame(Ipv6{}, query)}) {
                EXPECT_TRUE(succeeds(with_checksum(packet, half_done_checksum(packet)))) << length;
            }
        }
    }
}

// It is summed up in pieces of 256 octets.
TEST_F(Journey, AHalfDoneChecksumOfAnAnswerIsFinished) {
    for (const size_t size : {12U, 13U, 255U, 256U, 257U, 511U, 512U, 513U, 1231U, 1232U, 1400U, 4096U, 9000U}) {
        for (const Packet &query : {frame(Ipv4{}), frame(Ipv6{})}) {
            const Steered open = sends(query, upstream_for(query));
            Octets message = expected_empty_answer(open.sent.dns, FP_DNS_RA | 5);
            for (size_t i = message.size(); i < size; i++) {
                append8(message, static_cast<uint8_t>(i * 7));
            }
            if (size <
                message.size()) { // an error with nothing behind its header, or with one octet, which is no answer
                message.resize(size);
                message[5] = 0;
            }
            const Packet answer = answer_with(open, message);
            const Packet half_done = with_checksum(answer, half_done_checksum(answer));
            if (size == 13) {
                EXPECT_TRUE(is_dropped(half_done, FP_OUT_drop_answer));
            } else {
                EXPECT_TRUE(comes_home(half_done, open)) << size;
            }
        }
    }
}

// The id completes the sum, so for one id it comes to 0, which is sent as 0xffff.
TEST_F(Journey, NoChecksumComesToTheOneThatMeansNone) {
    for (Packet query : {frame(Ipv4{}), frame(Ipv6{})}) {
        query.dns.id = 0;
        Steered open = sends(query, upstream_for(query));
        const size_t checksum_at = is_ipv6(query) ? 14 + 40 + 6 : 14 + 20 + 6;
        const Octets home = run(answer_to(open).octets()).packet;
        query.dns.id = static_cast<uint16_t>(home[checksum_at] << 8 | home[checksum_at + 1]);
        pass(60); // no retry
        open = sends(query, upstream_for(query));
        EXPECT_TRUE(comes_home(answer_to(open), open));
        EXPECT_EQ(run(answer_to(sends(query, upstream_for(query))).octets()).packet[checksum_at], 0xff);
    }
}

TEST_F(Journey, AnAnswerGoesHomeAsItCame) {
    const ResponseText responses[] = {
        {.answer = {"www.example.com. 300 IN A 192.0.2.1"}},
        {.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_DNS_AA | FP_DNS_AD, .answer = {}},
        {.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_DNS_TC},
        {.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_SERVFAIL},
        {.flags = FP_DNS_QR | FP_DNS_RD | FP_RCODE_REFUSED},
        {.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_NXDOMAIN,
         .authority = {"example.com. 900 IN SOA ns1.example.com. host.example.com. 1 7200 3600 86400 60"}},
        {.answer = {"www.example.com. 300 IN TXT " + std::string(255, 'x') + " " + std::string(255, 'y')}},
    };
    for (const ResponseText &response : responses) {
        for (const Packet &query : {frame(Ipv4{}), frame(Ipv6{}, DnsQuery{.edns = Edns{}})}) {
            const Steered open = sends(query, upstream_for(query));
            EXPECT_TRUE(comes_home(answer_to(open, response), open));
        }
    }
}

// An error may come without the question (Unbound, to what it does not take for a query).
TEST_F(Journey, AnErrorWithNothingButAHeader) {
    for (const uint16_t rcode : std::initializer_list<uint16_t>{1, 2, 4, 5}) {
        const Steered open = sends(frame(), over_ipv4_);
        DnsQuery message = open.sent.dns;
        message.flags = static_cast<uint16_t>(FP_DNS_QR | rcode);
        message.has_question = false;
        message.qdcount = 0;
        EXPECT_TRUE(comes_home(answer_with(open, message.octets()), open)) << rcode;
    }
}

// More than the client said that it takes, and more than fits one buffer: what to do with it is the client's business.
TEST_F(Journey, AnAnswerThatIsTooLarge) {
    ResponseText response = {};
    for (int i = 0; i < 400; i++) {
        response.answer.push_back("www.example.com. 300 IN A 192.0." + std::to_string(i / 250) + "." +
                                  std::to_string(i % 250));
    }
    for (const size_t records : {60U, 200U, 400U}) { // of 16 octets
        ResponseText part = response;
        part.answer.resize(records);
        for (const Packet &query : {frame(Ipv4{}), frame(Ipv6{})}) {
            const Steered open = sends(query, upstream_for(query));
            EXPECT_TRUE(comes_home(answer_to(open, part), open)) << records;
        }
    }
}

TEST_F(Journey, AnAnswerWithItsLastHopLeft) {
    for (const uint8_t hops : std::initializer_list<uint8_t>{1, 2, 255}) {
        const Steered over_ipv4 = sends(frame(Ipv4{}), over_ipv4_);
        Packet answer = answer_to(over_ipv4);
        std::get<Ipv4>(answer.ip).ttl = hops;
        EXPECT_TRUE(comes_home(answer, over_ipv4)) << int{hops};
        const Steered over_ipv6 = sends(frame(Ipv6{}), over_ipv6_);
        answer = answer_to(over_ipv6);
        std::get<Ipv6>(answer.ip).hop_limit = hops;
        EXPECT_TRUE(comes_home(answer, over_ipv6)) << int{hops};
    }
}

TEST_F(Journey, AnAnswerInAPaddedFrame) {
    const Steered open = sends(frame(DnsQuery{.name = "."}), over_ipv4_);
    Packet answer = answer_to(open);
    answer.padding.frame_size = answer.octets().size() + 9;
    EXPECT_TRUE(comes_home(answer, open));
}

// RTTs go into buckets that double.
TEST_F(Journey, HowLongItTookIsCounted) {
    for (const uint64_t rtt_ns :
         {0ULL, 31'999ULL, 32'000ULL, 32'001ULL, 64'000ULL, 64'001ULL, 1'000'000ULL, 4'999'999'999ULL}) {
        const Steered open = sends(frame(DnsQuery{.id = static_cast<uint16_t>(rtt_ns)}), over_ipv4_);
        advance_ns(rtt_ns);
        EXPECT_TRUE(comes_home(answer_to(open), open)) << rtt_ns;
    }
}

// The same client may have many on their way, and gets each answer once.
TEST_F(Journey, ManyAtATime) {
    std::vector<Steered> open;
    for (int i = 0; i < 200; i++) {
        const DnsQuery query = {.id = static_cast<uint16_t>(i), .name = "host" + std::to_string(i) + ".example."};
        open.push_back(sends(i % 2 == 0 ? frame(query) : frame(Ipv6{}, query), i % 2 == 0 ? over_ipv4_ : over_ipv6_));
    }
    EXPECT_EQ(SteeringWorld::flows().size(), open.size());
    for (size_t i = open.size(); i > 0; i--) {
        EXPECT_TRUE(comes_home(answer_to(open[i - 1]), open[i - 1])) << i;
    }
    EXPECT_TRUE(SteeringWorld::flows().empty());
}

} // namespace
} // namespace fastpath::test
