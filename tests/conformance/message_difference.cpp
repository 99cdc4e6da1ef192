// SPDX-License-Identifier: Apache-2.0
#include "conformance/message_difference.h"

#include "conformance/message.h"

#include <algorithm>
#include <dns_fastpath/dns_wire.h>

namespace fastpath::test {
namespace {

constexpr std::array section_names = {"answer", "authority", "additional"};
constexpr std::array count_names = {"qdcount", "ancount", "nscount", "arcount"};

struct HeaderField {
    const char *name;
    uint16_t mask;
};

constexpr std::array header_fields = {
    HeaderField{"QR", FP_DNS_QR},       HeaderField{"opcode", FP_DNS_OPCODE}, HeaderField{"AA", FP_DNS_AA},
    HeaderField{"TC", FP_DNS_TC},       HeaderField{"RD", FP_DNS_RD},         HeaderField{"RA", FP_DNS_RA},
    HeaderField{"Z", FP_DNS_Z},         HeaderField{"AD", FP_DNS_AD},         HeaderField{"CD", FP_DNS_CD},
    HeaderField{"RCODE", FP_DNS_RCODE},
};

// The number in the bits of `mask`.
std::string field_text(uint16_t flags, uint16_t mask) {
    return std::to_string((flags & mask) / (mask & -mask));
}

const RecordSet *find(const std::vector<RecordSet> &section, const std::string &name) {
    const auto found = std::find_if(section.begin(), section.end(), [&](const auto &set) { return set.name == name; });
    return found == section.end() ? nullptr : &*found;
}

class Comparison {
  public:
    Comparison(const Message &expected, const Message &actual)
        : expected_(expected), actual_(actual), truncated_((expected.flags & actual.flags & FP_DNS_TC) != 0) {}

    std::vector<Difference> content() && {
        header();
        field("question", expected_.question, actual_.question);
        for (size_t at = 0; at < section_names.size(); at++) {
            section(section_names[at], expected_.sections[at], actual_.sections[at]);
        }
        if (!truncated_) {
            field("order of the answer section", owners_of(expected_.sections[0]), owners_of(actual_.sections[0]));
        }
        field("OPT", joined(expected_.opts), joined(actual_.opts));
        field("octets behind the message", std::to_string(expected_.trailing), std::to_string(actual_.trailing));
        return std::move(found_);
    }

    std::vector<Difference> ttls() && {
        for (size_t at = 0; at < section_names.size() && !truncated_; at++) {
            for (const RecordSet &set : actual_.sections[at]) {
                const RecordSet *const other = find(expected_.sections[at], set.name);
                if (other != nullptr && set.ttl > other->ttl) {
                    field(std::string(section_names[at]) + " TTL", set.name + " " + std::to_string(other->ttl),
                          std::to_string(set.ttl));
                }
            }
        }
        return std::move(found_);
    }

  private:
    static std::string joined(const std::vector<std::string> &parts) {
        std::string text;
        for (const std::string &part : parts) {
            text += (text.empty() ? "" : " | ") + part;
        }
        return text.empty() ? "none" : text;
    }

    // Each owner once, where it comes first.
    static std::string owners_of(const std::vector<RecordSet> &section) {
        std::vector<std::string> owners;
        for (const RecordSet &set : section) {
            if (std::find(owners.begin(), owners.end(), set.owner) == owners.end()) {
                owners.push_back(set.owner);
            }
        }
        std::string text;
        for (const std::string &owner : owners) {
            text += owner + " ";
        }
        return text;
    }

    void field(const std::string &name, const std::string &expected, const std::string &actual, bool matters = true) {
        if (expected != actual) {
            found_.push_back({name, expected, actual, matters});
        }
    }

    // Of what an answer with TC=1 does not say.
    void content_field(const std::string &name, const std::string &expected, const std::string &actual) {
        field(truncated_ ? name + " beside TC=1" : name, expected, actual, !truncated_);
    }

    void header() {
        for (const HeaderField &each : header_fields) {
            const std::string expected = field_text(expected_.flags, each.mask);
            const std::string actual = field_text(actual_.flags, each.mask);
            if (each.mask == FP_DNS_AD || (each.mask == FP_DNS_RCODE && has_failed(expected_))) {
                content_field(each.name, expected, actual);
            } else {
                field(each.name, expected, actual);
            }
        }
        field(count_names[0], std::to_string(expected_.counts[0]), std::to_string(actual_.counts[0]));
        for (size_t at = 1; at < count_names.size(); at++) {
            content_field(count_names[at], std::to_string(expected_.counts[at]), std::to_string(actual_.counts[at]));
        }
    }

    static bool has_failed(const Message &message) { return (message.flags & FP_DNS_RCODE) == FP_RCODE_SERVFAIL; }

    void section(const std::string &name, const std::vector<RecordSet> &expected,
                 const std::vector<RecordSet> &actual) {
        for (const RecordSet &set : expected) {
            const RecordSet *const other = find(actual, set.name);
            if (other == nullptr) {
                content_field(name + " set", set.name, "none");
            } else if (set.data != other->data) {
                content_field(name + " records", set.name + " " + joined(set.data), joined(other->data));
            } else {
                field(name + " case of names", joined(set.written), joined(other->written), false);
            }
        }
        for (const RecordSet &set : actual) {
            if (find(expected, set.name) == nullptr) {
                content_field(name + " set", "none", set.name);
            }
        }
    }

    const Message &expected_;
    const Message &actual_;
    const bool truncated_; // both of them
    std::vector<Difference> found_;
};

std::string octets_text(const Reply &reply) {
    return reply ? to_hex(*reply) : "no answer";
}

// Where ldns cannot read one of them, or there is none: the octets without the id.
std::vector<Difference> raw_differences(const Reply &expected, const Reply &actual) {
    const bool equal =
        expected.has_value() == actual.has_value() &&
        (!expected || std::equal(expected->begin() + 2, expected->end(), actual->begin() + 2, actual->end()));
    return equal ? std::vector<Difference>()
                 : std::vector<Difference>{{"message", octets_text(expected), octets_text(actual)}};
}

} // namespace

std::vector<Difference> content_differences(const Reply &expected, const Reply &actual) {
    if (!expected || !actual) {
        return raw_differences(expected, actual);
    }
    const Message wanted = read_message(*expected);
    const Message given = read_message(*actual);
    return wanted.readable && given.readable ? Comparison(wanted, given).content() : raw_differences(expected, actual);
}

std::vector<Difference> ttl_differences(const Reply &expected, const Reply &actual) {
    if (!expected || !actual) {
        return {};
    }
    return Comparison(read_message(*expected), read_message(*actual)).ttls();
}

bool reaches_ttls(const Reply &own, const Reply &reply) {
    if (!own || !reply) {
        return false;
    }
    const Message own_message = read_message(*own);
    const Message message = read_message(*reply);
    for (size_t at = 0; at < section_names.size(); at++) {
        for (const RecordSet &set : message.sections[at]) {
            const RecordSet *const other = find(own_message.sections[at], set.name);
            if (other == nullptr || other->ttl < set.ttl) {
                return false;
            }
        }
    }
    return true;
}

bool are_equal(const Reply &expected, const Reply &actual) {
    const std::vector<Difference> differences = content_differences(expected, actual);
    return std::none_of(differences.begin(), differences.end(), [](const Difference &each) { return each.matters; });
}

bool is_truncated(const Reply &reply) {
    return reply && (read_message(*reply).flags & FP_DNS_TC) != 0;
}

bool has_additional_records(const Reply &reply) {
    return reply && !read_message(*reply).sections[2].empty();
}

std::string text_of(const Difference &difference) {
    return difference.field + ": " + difference.expected + " -> " + difference.actual;
}

} // namespace fastpath::test
