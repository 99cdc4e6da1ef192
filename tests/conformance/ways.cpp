// SPDX-License-Identifier: Apache-2.0
#include "conformance/ways.h"

#include "conformance/edns_variants.h"

#include <cctype>

namespace fastpath::test {
namespace {

// One way in this many, for each question; and a malformed query for one question in this many.
constexpr size_t share = 12;
constexpr size_t malformed_share = 4;

struct Way {
    std::string text;
    uint16_t flags;
    EdnsVariant edns;
};

struct HeaderVariant {
    const char *text;
    uint16_t flags;
};

constexpr uint16_t opcode(unsigned number) {
    return static_cast<uint16_t>(number << 11);
}

const std::vector<HeaderVariant> &common_headers() {
    static const std::vector<HeaderVariant> all = {
        {"", FP_DNS_RD},
        {"AD ", FP_DNS_RD | FP_DNS_AD},
        {"CD ", FP_DNS_RD | FP_DNS_CD},
        {"AD CD ", FP_DNS_RD | FP_DNS_AD | FP_DNS_CD},
    };
    return all;
}

const std::vector<HeaderVariant> &odd_headers() {
    static const std::vector<HeaderVariant> all = {
        {"RD=0 ", 0},
        {"RD=0 AD ", FP_DNS_AD},
        {"RD=0 CD ", FP_DNS_CD},
        {"Z ", FP_DNS_RD | FP_DNS_Z},
        {"AA ", FP_DNS_RD | FP_DNS_AA},
        {"TC ", FP_DNS_RD | FP_DNS_TC},
        {"RA ", FP_DNS_RD | FP_DNS_RA},
        {"Z AD CD ", FP_DNS_RD | FP_DNS_Z | FP_DNS_AD | FP_DNS_CD},
        {"RCODE 3 ", FP_DNS_RD | FP_RCODE_NXDOMAIN},
        {"opcode STATUS ", FP_DNS_RD | opcode(2)},
        {"opcode 15 ", FP_DNS_RD | opcode(15)},
    };
    return all;
}

void add_ways(std::vector<Way> &ways, const std::vector<HeaderVariant> &headers,
              const std::vector<EdnsVariant> &variants) {
    for (const HeaderVariant &header : headers) {
        for (const EdnsVariant &edns : variants) {
            ways.push_back({header.text + edns.text, header.flags, edns});
        }
    }
}

std::vector<Way> make_ways() {
    std::vector<Way> ways;
    add_ways(ways, common_headers(), common_edns());
    add_ways(ways, common_headers(), {sizes_of_edns()});
    add_ways(ways, odd_headers(), {common_edns().front(), common_edns().back()});
    add_ways(ways, {common_headers().front(), common_headers().back()}, odd_edns());
    return ways;
}

const std::vector<Way> &every_way() {
    static const std::vector<Way> all = make_ways();
    return all;
}

// Every other letter is turned over, from the second on.
std::string mixed_case(std::string text) {
    for (size_t at = 1; at < text.size(); at += 2) {
        const auto letter = static_cast<unsigned char>(text[at]);
        text[at] = static_cast<char>(std::islower(letter) != 0 ? std::toupper(letter) : std::tolower(letter));
    }
    return text;
}

Asking make_asking(const Question &question, const Way &way, bool turned_case, bool ipv6) {
    Asking asking;
    asking.text =
        question.text() + " (" + way.text + (turned_case ? ", mixed case" : "") + (ipv6 ? ", IPv6" : "") + ")";
    asking.query = {.flags = way.flags,
                    .name = turned_case ? mixed_case(question.name) : question.name,
                    .qtype = question.type,
                    .qclass = question.qclass,
                    .edns = way.edns.edns,
                    .tail = way.edns.tail,
                    .arcount = way.edns.arcount};
    asking.ipv6 = ipv6;
    return asking;
}

} // namespace

std::vector<Asking> ways_to_ask(const Question &question, size_t turn, bool all) {
    std::vector<Asking> askings;
    for (size_t at = all ? 0 : turn % share; at < every_way().size(); at += all ? 1 : share) {
        const size_t kind = turn / share + at / share;
        for (size_t choice = 0; choice < 4; choice++) {
            if (all || choice == kind % 4) {
                askings.push_back(make_asking(question, every_way()[at], (choice & 1) != 0, (choice & 2) != 0));
            }
        }
    }
    if (turn % malformed_share == 0) {
        const size_t number = turn / malformed_share;
        const EdnsVariant &edns = malformed_edns()[number % malformed_edns().size()];
        askings.push_back(make_asking(question, {edns.text, FP_DNS_RD, edns}, (number & 1) != 0, (number & 2) != 0));
        askings.back().malformed = true;
    }
    return askings;
}

Asking common_way_to_ask(const Question &question, size_t turn) {
    const auto &headers = common_headers();
    const auto &variants = common_edns();
    const HeaderVariant &header = headers[turn % headers.size()];
    const EdnsVariant &edns = variants[turn / headers.size() % variants.size()];
    return make_asking(question, {header.text + edns.text, header.flags, edns}, (turn & 1) != 0, (turn & 2) != 0);
}

} // namespace fastpath::test
