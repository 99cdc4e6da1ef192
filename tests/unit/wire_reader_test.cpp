// SPDX-License-Identifier: Apache-2.0
// parse_message() against ldns: on good responses, on ones broken by hand, on mutated ones. Where ours accepts, ldns
// has to accept and to say the same. Where ours is stricter is listed at Broken.
#include "dns/byte_order.h"
#include "dns/message.h"
#include "dns/rdata.h"
#include "response_corpus.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <span>
#include <string_view>

namespace fastpath {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::CorpusResponse;
using test::LdnsPacket;
using test::response_corpus;
using test::to_wire;

using Bytes = std::vector<uint8_t>;

Bytes rdf_octets(const ldns_rdf *rdf) {
    const uint8_t *const data = ldns_rdf_data(rdf);
    return {data, data + ldns_rdf_size(rdf)};
}

Bytes lower_name(const ldns_rdf *name) {
    return expand_name(rdf_octets(name), 0);
}

Bytes rdata_octets(const ldns_rr *record) {
    Bytes all;
    for (size_t i = 0; i < ldns_rr_rd_count(record); ++i) {
        const Bytes field = rdf_octets(ldns_rr_rdf(record, i));
        all.insert(all.end(), field.begin(), field.end());
    }
    return all;
}

void expect_same_rdata(const Message &message, const Record &ours, const ldns_rr *theirs) {
    const bool compressed = std::any_of(message.pointers.begin(), message.pointers.end(),
                                        [&ours](uint16_t at) { return at >= ours.rdata_offset && at < ours.end; });
    if (!compressed) {
        const auto octets = message.wire.subspan(ours.rdata_offset, ours.rdata_len);
        EXPECT_EQ(rdata_octets(theirs), Bytes(octets.begin(), octets.end()));
    }
    if (rdata_fields(ours.type).front().kind == RdataField::Kind::name) {
        EXPECT_EQ(lower_name(ldns_rr_rdf(theirs, 0)), message.target(ours));
    }
}

void expect_same_records(const Message &message, Section section, const ldns_rr_list *theirs) {
    const auto ours = message.section(section);
    ASSERT_EQ(ours.size(), ldns_rr_list_rr_count(theirs));
    for (size_t i = 0; i < ours.size(); ++i) {
        const ldns_rr *const record = ldns_rr_list_rr(theirs, i);
        SCOPED_TRACE("record " + std::to_string(i) + " of section " + std::to_string(static_cast<int>(section)));
        EXPECT_EQ(message.owner(ours[i]), lower_name(ldns_rr_owner(record)));
        EXPECT_EQ(ours[i].type, ldns_rr_get_type(record));
        EXPECT_EQ(ours[i].rclass, ldns_rr_get_class(record));
        EXPECT_EQ(ours[i].ttl, ldns_rr_ttl(record));
        EXPECT_EQ(ours[i].ttl, load_be32(message.wire, ours[i].ttl_offset));
        expect_same_rdata(message, ours[i], record);
    }
}

// The message with the data of types unknown to our reader made unknown to ldns as well: to a cache they are opaque
// (RFC 3597 4), while ldns looks into HIP, IPSECKEY, APL, TSIG and others.
Bytes with_opaque_types(const Message &message) {
    Bytes wire(message.wire.begin(), message.wire.end());
    for (const Record &record : message.records) {
        if (!rdata_is_known(record.type)) {
            store_be16(wire, record.name_end, 65280);
        }
    }
    return wire;
}

// ASSERT_* leave a helper alone, so callers ask for HasFatalFailure() where it matters to them.
void expect_ldns_agrees(const Message &parsed) {
    const Bytes wire = with_opaque_types(parsed);
    const auto message = parse_message(wire);
    ASSERT_TRUE(message) << to_string(message.error());
    const LdnsPacket packet = test::parse_with_ldns(wire);
    ASSERT_TRUE(packet) << "ldns refuses what we accept";

    EXPECT_EQ(message->id, ldns_pkt_id(packet.get()));
    EXPECT_EQ(message->flags & FP_DNS_RCODE, ldns_pkt_get_rcode(packet.get()));
    EXPECT_EQ((message->flags & FP_DNS_AA) != 0, ldns_pkt_aa(packet.get()));
    EXPECT_EQ((message->flags & FP_DNS_AD) != 0, ldns_pkt_ad(packet.get()));
    const ldns_rr *const question = ldns_rr_list_rr(ldns_pkt_question(packet.get()), 0);
    EXPECT_EQ(message->qname, lower_name(ldns_rr_owner(question)));
    EXPECT_EQ(message->qtype, ldns_rr_get_type(question));
    EXPECT_EQ(message->qclass, ldns_rr_get_class(question));
    expect_same_records(*message, Section::answer, ldns_pkt_answer(packet.get()));
    expect_same_records(*message, Section::authority, ldns_pkt_authority(packet.get()));
    expect_same_records(*message, Section::additional, ldns_pkt_additional(packet.get()));
    ASSERT_EQ(message->opt.has_value(), ldns_pkt_edns(packet.get()));
    if (message->opt) {
        EXPECT_EQ(message->opt->udp_size, ldns_pkt_edns_udp_size(packet.get()));
        EXPECT_EQ(message->opt->version, ldns_pkt_edns_version(packet.get()));
        EXPECT_EQ(message->opt->extended_rcode, ldns_pkt_edns_extended_rcode(packet.get()));
        EXPECT_EQ((message->opt->flags & FP_EDNS_DO) != 0, ldns_pkt_edns_do(packet.get()));
    }
}

std::string name_of(const testing::TestParamInfo<CorpusResponse> &info) {
    return info.param.name;
}

class GoodResponse : public testing::TestWithParam<CorpusResponse> {
  protected:
    const Bytes wire_ = to_wire(GetParam().text);
};

TEST_P(GoodResponse, is_read_as_ldns_reads_it) {
    const auto message = parse_message(wire_);
    ASSERT_TRUE(message) << to_string(message.error());
    expect_ldns_agrees(*message);
}

TEST_P(GoodResponse, is_refused_when_cut_anywhere) {
    for (size_t size = 0; size < wire_.size(); ++size) {
        const auto message = parse_message(std::span(wire_).first(size));
        ASSERT_FALSE(message) << "after " << size << " octets";
        ASSERT_EQ(message.error(), ParseError::overrun) << "after " << size << " octets";
    }
}

TEST_P(GoodResponse, is_refused_with_an_octet_more) {
    Bytes longer = wire_;
    longer.push_back(0);
    const auto message = parse_message(longer);
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error(), ParseError::trailing);
}

INSTANTIATE_TEST_SUITE_P(Corpus, GoodResponse, testing::ValuesIn(response_corpus()), name_of);

// A message from its parts; every string holds plain octets.
struct Parts {
    std::string_view counts = "\0\1\0\0\0\0\0\0"sv; // QD, AN, NS, AR
    std::string_view question = "\3www\7example\3com\0\0\1\0\1"sv;
    std::string_view records{};
};

constexpr size_t records_at = 12 + 21; // behind header and the question of Parts

Bytes assemble(const Parts &parts) {
    Bytes wire{0x12, 0x34, 0x81, 0x80};
    for (const std::string_view part : {parts.counts, parts.question, parts.records}) {
        wire.insert(wire.end(), part.begin(), part.end());
    }
    return wire;
}

struct BrokenMessage {
    std::string name;
    Bytes wire;
    ParseError error;
};

void PrintTo(const BrokenMessage &broken, std::ostream *out) {
    *out << broken.name;
}

constexpr auto one_answer = "\0\1\0\1\0\0\0\0"sv;
constexpr auto two_answers = "\0\1\0\2\0\0\0\0"sv;
constexpr auto one_additional = "\0\1\0\0\0\0\0\1"sv;

std::vector<BrokenMessage> broken_headers_and_names() {
    const std::string long_label = "\x3f" + std::string(63, 'a');
    static const std::string name_256 =
        long_label + long_label + long_label + "\x3e" + std::string(62, 'a') + "\0\0\1\0\1"s;
    static const std::string glued_256 = std::string("\x3f") + std::string(63, 'b') + "\x3f" + std::string(63, 'b') +
                                         "\x3f" + std::string(63, 'b') + "\x2f" + std::string(47, 'b') + "\xc0\x0c" +
                                         "\0\1\0\1\0\0\0\1\0\4\1\2\3\4"s;
    return {
        {"longer_than_a_message_can_be", Bytes(65536), ParseError::too_long},
        {"empty", {}, ParseError::overrun},
        {"no_question", assemble({.counts = "\0\0\0\0\0\0\0\0"sv, .question = ""sv}), ParseError::question_count},
        {"two_questions", assemble({.counts = "\0\2\0\0\0\0\0\0"sv, .records = "\3www\7example\3com\0\0\1\0\1"sv}),
         ParseError::question_count},
        {"fewer_records_than_counted", assemble({.counts = one_answer}), ParseError::overrun},
        {"more_records_than_counted", assemble({.records = "\xc0\x0c\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv}),
         ParseError::trailing},
        {"label_type_01", assemble({.question = "\x40www\0\0\1\0\1"sv}), ParseError::label_type},
        {"label_type_10", assemble({.question = "\x80www\0\0\1\0\1"sv}), ParseError::label_type},
        {"name_of_256_octets", assemble({.question = name_256}), ParseError::name_length},
        {"name_of_256_octets_by_a_pointer", assemble({.counts = one_answer, .records = glued_256}),
         ParseError::name_length},
        {"compressed_question", assemble({.question = "\xc0\x0c\0\1\0\1"sv}), ParseError::pointer},
    };
}

std::vector<BrokenMessage> broken_pointers() {
    static_assert(records_at == 0x21);
    return {
        {"pointer_to_itself", assemble({.counts = one_answer, .records = "\xc0\x21\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv}),
         ParseError::pointer},
        {"pointer_to_an_earlier_label_of_its_own_name",
         assemble({.counts = one_answer, .records = "\1a\xc0\x21\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv}), ParseError::pointer},
        {"pointers_to_each_other",
         assemble({.counts = one_answer, .records = "\xc0\x0c\0\x0f\0\1\0\0\0\1\0\6\0\1\xc0\x31\xc0\x2f"sv}),
         ParseError::pointer},
        {"pointer_forward",
         assemble({.counts = two_answers,
                   .records = "\xc0\x31\0\1\0\1\0\0\0\1\0\4\1\2\3\4\1a\0\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv}),
         ParseError::pointer},
        {"pointer_beyond_the_end",
         assemble({.counts = one_answer, .records = "\xff\xff\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv}), ParseError::pointer},
        // ldns takes the next four: they lead to octets that make a name, but that no name put there.
        {"pointer_into_the_header",
         assemble({.counts = one_answer, .records = "\xc0\x04\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv}), ParseError::pointer},
        {"pointer_into_a_label",
         assemble({.counts = one_answer,
                   .question = "\3\1a\0\0\0\1\0\1"sv,
                   .records = "\xc0\x0d\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv}),
         ParseError::pointer},
        {"pointer_into_a_ttl",
         assemble({.counts = two_answers,
                   .records = "\xc0\x0c\0\1\0\1\0\1\1\0\0\4\1\2\3\4\xc0\x28\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv}),
         ParseError::pointer},
        {"pointer_into_opaque_data",
         assemble({.counts = two_answers,
                   .records = "\xc0\x0c\xff\x01\0\1\0\0\0\1\0\3\1a\0\xc0\x2d\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv}),
         ParseError::pointer},
    };
}

std::vector<BrokenMessage> broken_records() {
    const auto answer = [](std::string_view records) { return assemble({.counts = one_answer, .records = records}); };
    return {
        {"rdata_beyond_the_message", answer("\xc0\x0c\0\1\0\1\0\0\0\1\0\5\1\2\3\4"sv), ParseError::overrun},
        {"a_of_three_octets", answer("\xc0\x0c\0\1\0\1\0\0\0\1\0\3\1\2\3"sv), ParseError::rdata},
        {"a_of_five_octets", answer("\xc0\x0c\0\1\0\1\0\0\0\1\0\5\1\2\3\4\5"sv), ParseError::rdata},
        {"aaaa_of_four_octets", answer("\xc0\x0c\0\x1c\0\1\0\0\0\1\0\4\1\2\3\4"sv), ParseError::rdata},
        {"empty_cname", answer("\xc0\x0c\0\5\0\1\0\0\0\1\0\0"sv), ParseError::rdata},
        {"name_longer_than_its_data", answer("\xc0\x0c\0\5\0\1\0\0\0\1\0\2\1a\0"sv), ParseError::rdata},
        {"octets_behind_the_name_of_a_cname", answer("\xc0\x0c\0\5\0\1\0\0\0\1\0\3\xc0\x0c\0"sv), ParseError::rdata},
        {"soa_without_minimum", answer("\xc0\x0c\0\6\0\1\0\0\0\1\0\x12\0\0\1\2\3\4\1\2\3\4\1\2\3\4\1\2\3\4"sv),
         ParseError::rdata},
        {"txt_without_a_string", answer("\xc0\x0c\0\x10\0\1\0\0\0\1\0\0"sv), ParseError::rdata},
        {"txt_string_beyond_its_data", answer("\xc0\x0c\0\x10\0\1\0\0\0\1\0\3\3ab"sv), ParseError::rdata},
        {"rrsig_without_signer", answer("\xc0\x0c\0\x2e\0\1\0\0\0\1\0\x12\1\2\3\4\5\6\7\0\1\2\3\4\5\6\7\0\1\2"sv),
         ParseError::rdata},
    };
}

std::vector<BrokenMessage> broken_opts() {
    const auto additional = [](std::string_view records) {
        return assemble({.counts = one_additional, .records = records});
    };
    return {
        {"opt_in_answer", assemble({.counts = one_answer, .records = "\0\0\x29\4\xd0\0\0\0\0\0\0"sv}),
         ParseError::opt_section},
        {"opt_in_authority", assemble({.counts = "\0\1\0\0\0\1\0\0"sv, .records = "\0\0\x29\4\xd0\0\0\0\0\0\0"sv}),
         ParseError::opt_section},
        {"two_opts",
         assemble(
             {.counts = "\0\1\0\0\0\0\0\2"sv, .records = "\0\0\x29\4\xd0\0\0\0\0\0\0\0\0\x29\4\xd0\0\0\0\0\0\0"sv}),
         ParseError::opt_repeated},
        {"opt_with_an_owner", additional("\1a\0\0\x29\4\xd0\0\0\0\0\0\0"sv), ParseError::opt_owner},
        {"opt_owned_by_a_pointer_to_the_root", additional("\xc0\x1c\0\x29\4\xd0\0\0\0\0\0\0"sv), ParseError::opt_owner},
        {"option_without_length", additional("\0\0\x29\4\xd0\0\0\0\0\0\3\0\x0a\0"sv), ParseError::opt_options},
        {"option_beyond_its_record", additional("\0\0\x29\4\xd0\0\0\0\0\0\5\0\x0a\0\2\0"sv), ParseError::opt_options},
    };
}

std::vector<BrokenMessage> broken_messages() {
    std::vector<BrokenMessage> all;
    for (const auto &group : {broken_headers_and_names(), broken_pointers(), broken_records(), broken_opts()}) {
        all.insert(all.end(), group.begin(), group.end());
    }
    return all;
}

class Broken : public testing::TestWithParam<BrokenMessage> {};

TEST_P(Broken, is_refused_with_its_reason) {
    const auto message = parse_message(GetParam().wire);
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error(), GetParam().error) << to_string(message.error());
}

INSTANTIATE_TEST_SUITE_P(ByHand, Broken, testing::ValuesIn(broken_messages()),
                         [](const auto &broken) { return broken.param.name; });

TEST(ParseErrors, each_has_a_broken_message_and_a_text) {
    std::set<ParseError> seen;
    for (const BrokenMessage &broken : broken_messages()) {
        seen.insert(broken.error);
    }
    const std::set<ParseError> all{
#define FP_X(name, text) ParseError::name,
        FP_PARSE_ERRORS(FP_X)
#undef FP_X
    };
    EXPECT_EQ(seen, all);
    for (const ParseError error : all) {
        EXPECT_FALSE(to_string(error).empty());
    }
}

TEST(Pointers, may_lead_to_a_pointer_and_to_the_root) {
    // Owner: a pointer to www.example.com. Data of the MX: a pointer to that pointer. Second owner: the root of the
    // question.
    const Bytes wire = assemble({.counts = two_answers,
                                 .records = "\xc0\x0c\0\x0f\0\1\0\0\0\1\0\4\0\1\xc0\x21"
                                            "\xc0\x1c\0\1\0\1\0\0\0\1\0\4\1\2\3\4"sv});
    const auto message = parse_message(wire);
    ASSERT_TRUE(message) << to_string(message.error());
    EXPECT_EQ(message->pointers, (std::vector<uint16_t>{0x21, 0x2f, 0x31}));
    EXPECT_EQ(expand_name(wire, 0x2f), message->qname);
    EXPECT_EQ(message->owner(message->records[1]), WireName{0});
    expect_ldns_agrees(*message);
}

TEST(Names, of_255_octets_by_a_pointer_are_accepted) {
    // 64 + 64 + 64 + 46 octets and then the 17 of www.example.com.
    const std::string label = "\x3f" + std::string(63, 'b');
    const std::string records =
        label + label + label + "\x2d" + std::string(45, 'b') + "\xc0\x0c" + "\0\1\0\1\0\0\0\1\0\4\1\2\3\4"s;
    const Bytes wire = assemble({.counts = one_answer, .records = records});
    const auto message = parse_message(wire);
    ASSERT_TRUE(message) << to_string(message.error());
    EXPECT_EQ(message->owner(message->records[0]).size(), 255U);
    expect_ldns_agrees(*message);
}

// One of the changes that turn good messages into nearly good ones.
void mutate(Bytes &wire, std::mt19937_64 &random) {
    const auto below = [&random](size_t limit) { return static_cast<size_t>(random() % limit); };
    const size_t at = below(wire.size());
    switch (below(6)) {
    case 0:
        wire[at] ^= static_cast<uint8_t>(1U << below(8));
        break;
    case 1:
        wire[at] = static_cast<uint8_t>(random());
        break;
    case 2: // a pointer, mostly to somewhere in the message
        wire[at] = static_cast<uint8_t>(0xc0 | (below(16) == 0 ? below(64) : 0));
        wire[(at + 1) % wire.size()] = static_cast<uint8_t>(below(std::min<size_t>(wire.size(), 256)));
        break;
    case 3:
        wire.insert(wire.begin() + static_cast<ptrdiff_t>(at), static_cast<uint8_t>(random()));
        break;
    case 4:
        wire.erase(wire.begin() + static_cast<ptrdiff_t>(at));
        break;
    default: // another record type
        wire[at] = 0;
        wire[(at + 1) % wire.size()] = static_cast<uint8_t>(below(64));
    }
}

class MutatedResponse : public testing::TestWithParam<CorpusResponse> {};

TEST_P(MutatedResponse, is_refused_or_read_as_ldns_reads_it) {
    constexpr int rounds = 2000;
    const Bytes original = to_wire(GetParam().text);
    std::mt19937_64 random(original.size()); // NOLINT(cert-msc51-cpp): the same messages in every run
    int accepted = 0;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        Bytes wire = original;
        for (size_t changes = 1 + random() % 3; changes > 0; --changes) {
            mutate(wire, random);
        }
        const auto message = parse_message(wire);
        if (message) {
            ++accepted;
            SCOPED_TRACE("round " + std::to_string(round));
            expect_ldns_agrees(*message);
        }
    }
    EXPECT_GT(accepted, rounds / 50) << "too few mutants survive for this to be a test of anything";
    EXPECT_LT(accepted, rounds);
}

INSTANTIATE_TEST_SUITE_P(Corpus, MutatedResponse, testing::ValuesIn(response_corpus()), name_of);

} // namespace
} // namespace fastpath
