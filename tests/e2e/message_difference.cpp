// SPDX-License-Identifier: Apache-2.0
#include "e2e/message_difference.h"

#include "unit/response_text.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>

namespace fastpath::test {
namespace {

std::string text_of(const ldns_rdf *rdf) {
    const std::unique_ptr<char, decltype(&std::free)> text(ldns_rdf2str(rdf), &std::free);
    return text ? text.get() : "?";
}

// One record, its TTL apart.
struct RecordText {
    std::string set; // owner, class, type: what makes an RRset
    std::string data;
    uint32_t ttl;

    bool operator<(const RecordText &other) const { return data < other.data; }
};

RecordText record_text(const ldns_rr *record) {
    const std::unique_ptr<char, decltype(&std::free)> type(ldns_rr_type2str(ldns_rr_get_type(record)), &std::free);
    RecordText text = {text_of(ldns_rr_owner(record)) + " " + type.get(), {}, ldns_rr_ttl(record)};
    for (size_t field = 0; field < ldns_rr_rd_count(record); field++) {
        text.data += " " + text_of(ldns_rr_rdf(record, field));
    }
    return text;
}

// The records of a section, those of one RRset sorted: their order means nothing (RFC 1794), that of the sets may.
std::vector<RecordText> section_of(const ldns_rr_list *list) {
    std::vector<RecordText> section;
    for (size_t at = 0; at < ldns_rr_list_rr_count(list); at++) {
        section.push_back(record_text(ldns_rr_list_rr(list, at)));
    }
    for (auto begin = section.begin(); begin != section.end();) {
        const auto end = std::find_if(begin, section.end(), [&](const RecordText &r) { return r.set != begin->set; });
        std::sort(begin, end);
        begin = end;
    }
    return section;
}

class Comparison {
  public:
    explicit Comparison(uint32_t ttl_slack) : ttl_slack_(ttl_slack) {}

    void flags(const Octets &expected, const Octets &actual) { header_field("flags", 2, expected, actual); }

    void counts(const Octets &expected, const Octets &actual) {
        header_field("qdcount", 4, expected, actual);
        header_field("ancount", 6, expected, actual);
        header_field("nscount", 8, expected, actual);
        header_field("arcount", 10, expected, actual);
    }

    void question(const ldns_pkt *expected, const ldns_pkt *actual) {
        const auto text = [](const ldns_pkt *packet) {
            const ldns_rr_list *const list = ldns_pkt_question(packet);
            return ldns_rr_list_rr_count(list) == 0 ? std::string() : record_text(ldns_rr_list_rr(list, 0)).set;
        };
        field_of("question", text(expected), text(actual));
    }

    void section(const std::string &name, const ldns_rr_list *expected_list, const ldns_rr_list *actual_list) {
        const std::vector<RecordText> expected = section_of(expected_list);
        const std::vector<RecordText> actual = section_of(actual_list);
        for (size_t at = 0; at < std::max(expected.size(), actual.size()); at++) {
            const RecordText nothing = {"no record", {}, 0};
            record(name, at < expected.size() ? expected[at] : nothing, at < actual.size() ? actual[at] : nothing);
        }
    }

    void edns(const ldns_pkt *expected, const ldns_pkt *actual) {
        const auto text = [](const ldns_pkt *packet) {
            if (!ldns_pkt_edns(packet)) {
                return std::string("none");
            }
            const ldns_rdf *const options = ldns_pkt_edns_data(packet);
            return "size " + std::to_string(ldns_pkt_edns_udp_size(packet)) + " rcode " +
                   std::to_string(ldns_pkt_edns_extended_rcode(packet)) + " version " +
                   std::to_string(ldns_pkt_edns_version(packet)) + " flags " + std::to_string(ldns_pkt_edns_z(packet)) +
                   " options " + (options == nullptr ? "" : text_of(options));
        };
        field_of("OPT", text(expected), text(actual));
    }

    void field_of(const std::string &name, const std::string &expected, const std::string &actual) {
        if (expected != actual) {
            lines.push_back(name + ": " + expected + " -> " + actual);
        }
    }

    std::vector<std::string> lines;

  private:
    void header_field(const std::string &name, size_t at, const Octets &expected, const Octets &actual) {
        field_of(name, to_hex(std::span(expected).subspan(at, 2)), to_hex(std::span(actual).subspan(at, 2)));
    }

    void record(const std::string &section, const RecordText &expected, const RecordText &actual) {
        field_of(section, expected.set + expected.data, actual.set + actual.data);
        if (actual.ttl > expected.ttl || actual.ttl + ttl_slack_ < expected.ttl) {
            field_of(section + " TTL of " + expected.set, std::to_string(expected.ttl), std::to_string(actual.ttl));
        }
    }

    uint32_t ttl_slack_;
};

struct Parsed {
    LdnsPacket expected;
    LdnsPacket actual;
};

// What every answer to one query has in common, however much of it there is room for.
void compare_frames(Comparison &comparison, const Octets &expected, const Octets &actual, const Parsed &parsed) {
    comparison.flags(expected, actual);
    comparison.question(parsed.expected.get(), parsed.actual.get());
    comparison.edns(parsed.expected.get(), parsed.actual.get());
}

} // namespace

std::vector<std::string> message_difference(const Octets &expected, const Octets &actual, uint32_t ttl_slack) {
    const Parsed parsed = {parse_with_ldns(expected), parse_with_ldns(actual)};
    if (!parsed.expected || !parsed.actual) {
        return {std::string("ldns cannot read the ") + (parsed.expected ? "second" : "first") + " message"};
    }
    const ldns_pkt *const e = parsed.expected.get();
    const ldns_pkt *const a = parsed.actual.get();
    Comparison comparison(ttl_slack);
    compare_frames(comparison, expected, actual, parsed);
    comparison.counts(expected, actual);
    comparison.section("answer", ldns_pkt_answer(e), ldns_pkt_answer(a));
    comparison.section("authority", ldns_pkt_authority(e), ldns_pkt_authority(a));
    comparison.section("additional", ldns_pkt_additional(e), ldns_pkt_additional(a));
    comparison.field_of("octets", std::to_string(expected.size()), std::to_string(actual.size()));
    return comparison.lines;
}

std::vector<std::string> truncated_difference(const Octets &expected, const Octets &actual) {
    const Parsed parsed = {parse_with_ldns(expected), parse_with_ldns(actual)};
    if (!parsed.expected || !parsed.actual) {
        return {std::string("ldns cannot read the ") + (parsed.expected ? "second" : "first") + " message"};
    }
    Comparison comparison(0);
    compare_frames(comparison, expected, actual, parsed);
    const size_t records = ldns_pkt_ancount(parsed.actual.get()) + ldns_pkt_nscount(parsed.actual.get());
    comparison.field_of("records beside TC=1", "0", std::to_string(records));
    return comparison.lines;
}

} // namespace fastpath::test
