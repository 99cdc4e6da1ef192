// SPDX-License-Identifier: Apache-2.0
#include "conformance/message.h"

#include "dns/byte_order.h"
#include "unit/response_text.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace fastpath::test {
namespace {

using Text = std::unique_ptr<char, decltype(&std::free)>;

std::string text_of(const ldns_rdf *rdf) {
    const Text text(rdf == nullptr ? nullptr : ldns_rdf2str(rdf), &std::free);
    return text ? text.get() : "?";
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

struct RecordDeleter {
    void operator()(ldns_rr *record) const { ldns_rr_free(record); }
};
using Record = std::unique_ptr<ldns_rr, RecordDeleter>;

// Class, type, and for a signature the type that it covers: a signature belongs to its set.
std::string kind_of(const ldns_rr *record) {
    const Text rclass(ldns_rr_class2str(ldns_rr_get_class(record)), &std::free);
    const Text type(ldns_rr_type2str(ldns_rr_get_type(record)), &std::free);
    const bool covers = ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG && ldns_rr_rd_count(record) > 0;
    return std::string(rclass.get()) + " " + type.get() + (covers ? " of " + text_of(ldns_rr_rdf(record, 0)) : "");
}

void insert_sorted(std::vector<std::string> &sorted, const std::string &text) {
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), text), text);
}

void add_record(std::vector<RecordSet> &section, const ldns_rr *record) {
    std::string written = text_of(ldns_rr_owner(record));
    const std::string owner = lower(written);
    const std::string name = owner + " " + kind_of(record);
    auto set = std::find_if(section.begin(), section.end(), [&](const RecordSet &known) { return known.name == name; });
    if (set == section.end()) {
        set = section.insert(section.end(), RecordSet{.owner = owner, .name = name, .data = {}, .written = {}});
    }
    std::string data;
    for (size_t at = 0; at < ldns_rr_rd_count(record); at++) {
        const ldns_rdf *const field = ldns_rr_rdf(record, at);
        const std::string text = text_of(field);
        data += (at == 0 ? "" : " ") + (ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME ? lower(text) : text);
        written += " " + text;
    }
    set->ttl = std::max(set->ttl, ldns_rr_ttl(record));
    insert_sorted(set->data, data);
    insert_sorted(set->written, written);
}

// Reads the message from its header on; a record at a time, because what ldns makes of a whole packet hides where an OPT
// stood, whether there were two, and what came behind the last record.
class Reader {
  public:
    explicit Reader(const Octets &octets) : octets_(octets) {
        message_.flags = load_be16(octets, 2);
        for (size_t at = 0; at < message_.counts.size(); at++) {
            message_.counts[at] = load_be16(octets, 4 + 2 * at);
        }
    }

    Message read() && {
        message_.readable = read_questions();
        for (size_t section = 0; section < message_.sections.size() && message_.readable; section++) {
            message_.readable = read_section(section);
        }
        message_.trailing = message_.readable ? octets_.size() - at_ : 0;
        return std::move(message_);
    }

  private:
    Record next(ldns_pkt_section section) {
        ldns_rr *record = nullptr;
        return Record(ldns_wire2rr(&record, octets_.data(), octets_.size(), &at_, section) == LDNS_STATUS_OK ? record
                                                                                                             : nullptr);
    }

    bool read_questions() {
        for (unsigned count = 0; count < message_.counts[0]; count++) {
            const Record question = next(LDNS_SECTION_QUESTION);
            if (!question) {
                return false;
            }
            // In its own case: a client that mixes it wants it back as it was (draft 0x20).
            message_.question += text_of(ldns_rr_owner(question.get())) + " " + kind_of(question.get()) + ";";
        }
        return true;
    }

    bool read_section(size_t section) {
        for (unsigned count = 0; count < message_.counts[section + 1]; count++) {
            const size_t begin = at_;
            const Record record = next(LDNS_SECTION_ANSWER);
            if (!record) {
                return false;
            }
            if (ldns_rr_get_type(record.get()) == LDNS_RR_TYPE_OPT) {
                add_opt(begin);
            } else {
                add_record(message_.sections[section], record.get());
            }
        }
        return true;
    }

    // The OPT between `begin` and here; its owner is the root, as RFC 6891 6.1.2 wants it, or it is no OPT at all.
    void add_opt(size_t begin) {
        if (octets_[begin] != 0) {
            message_.opts.emplace_back("owner not the root");
            return;
        }
        const std::span<const uint8_t> opt = std::span(octets_).subspan(begin, at_ - begin);
        std::array<char, 80> fixed{};
        std::snprintf(fixed.data(), fixed.size(), "size %u, RCODE %u, version %u, flags 0x%04x, options ",
                      load_be16(opt, 3), static_cast<unsigned>(opt[5]), static_cast<unsigned>(opt[6]),
                      load_be16(opt, 7));
        message_.opts.push_back(fixed.data() + to_hex(opt.subspan(FP_DNS_OPT_LEN)));
        message_.options_len += opt.size() - FP_DNS_OPT_LEN;
    }

    const Octets &octets_;
    size_t at_ = FP_DNS_HEADER_LEN;
    Message message_;
};

} // namespace

Message read_message(const Octets &octets) {
    return Reader(octets).read();
}

} // namespace fastpath::test
