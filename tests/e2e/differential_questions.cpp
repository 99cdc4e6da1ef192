// SPDX-License-Identifier: Apache-2.0
#include "e2e/differential_questions.h"

#include <array>
#include <cctype>

namespace fastpath::test {
namespace {

namespace rr {
constexpr uint16_t srv = 33, naptr = 35, ds = 43, sshfp = 44, rrsig = 46, nsec = 47, dnskey = 48, https = 65, caa = 257,
                   unknown = 65280;
} // namespace rr

class List {
  public:
    void add(const std::string &name, std::initializer_list<uint16_t> types) {
        for (const uint16_t type : types) {
            questions_.push_back({name, type});
        }
    }
    [[nodiscard]] std::vector<Question> take() { return std::move(questions_); }

  private:
    std::vector<Question> questions_;
};

std::string host(int number) {
    const std::string digits = std::to_string(number);
    return "d" + std::string(4 - digits.size(), '0') + digits;
}

void add_mail_domains(List &list) {
    for (int number = 700; number < 710; number++) {
        const std::string domain = host(number) + ".mail.example.";
        list.add(domain, {type::a, type::aaaa, type::mx, type::txt, type::soa, rr::caa, rr::unknown});
        list.add("www." + domain, {type::a, type::aaaa, type::mx, type::cname});
        list.add("mx-a." + domain, {type::a, type::mx});
        list.add("_dmarc." + domain, {type::txt, type::a});
        list.add("s1._domainkey." + domain, {type::txt});
        list.add("nobody." + domain, {type::a, type::mx});
    }
}

void add_reverse_names(List &list) {
    for (const char *address : {"188.130", "189.130", "190.130", "250.250"}) {
        list.add(std::string(address) + ".18.198.in-addr.arpa.", {type::ptr, type::a});
        list.add(std::string(address) + ".18.198.bl.example.", {type::a, type::txt});
    }
    for (const char *nibbles : {"c.b.2.0", "d.b.2.0", "f.f.f.f"}) {
        list.add(std::string(nibbles) + ".0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
                 {type::ptr});
    }
}

void add_special_names(List &list) {
    list.add("mail.example.", {type::soa, type::ns, type::mx, type::a, rr::ds, rr::dnskey});
    list.add(".", {type::ns, type::soa, type::a});
    list.add("nothing.", {type::a});
    for (const char *name :
         {"chain1", "chain6", "alias-nxdomain", "x.tree", "tree", "one.wild", "a.b.wild", "empty", "only4"}) {
        list.add(std::string(name) + ".mail.example.", {type::a, type::aaaa, type::mx, type::cname});
    }
    list.add("many.mail.example.", {type::a, type::mx});
    list.add("big.mail.example.", {type::txt, type::a});
    list.add("mixed-ttl.mail.example.", {type::a});
    list.add("mixed-case.mail.example.", {type::a});
    list.add("zero.mail.example.", {type::a});
    list.add("_imap._tcp.mail.example.", {rr::srv, type::a});
    list.add("caa.mail.example.", {rr::caa});
    list.add("naptr.mail.example.", {rr::naptr});
    list.add("sshfp.mail.example.", {rr::sshfp});
    list.add("web.mail.example.", {rr::https});
    list.add("unknown.mail.example.", {rr::unknown});
    list.add("dot\\.in\\.label.mail.example.", {type::a});
    list.add("byte\\000\\255.mail.example.", {type::a, type::mx});
    const std::string label(63, 'x');
    list.add(std::string(48, 'x') + "." + label + "." + label + "." + label + ".mail.example.", {type::a, type::mx});
}

void add_signed_names(List &list) {
    for (int number = 10; number < 16; number++) {
        list.add(host(number) + ".signed.example.", {type::a, type::mx, type::txt, type::aaaa});
    }
    list.add("signed.example.", {type::soa, type::ns, type::mx, rr::dnskey, rr::ds, rr::nsec, rr::rrsig});
    list.add("one.wild.signed.example.", {type::a, type::aaaa});
    list.add("nobody.signed.example.", {type::a});
    list.add("bogus.signed.example.", {type::a});
}

// Every other letter is turned over, from the second on.
std::string mixed_case(std::string text) {
    for (size_t at = 1; at < text.size(); at += 2) {
        const auto letter = static_cast<unsigned char>(text[at]);
        text[at] = static_cast<char>(std::islower(letter) != 0 ? std::toupper(letter) : std::tolower(letter));
    }
    return text;
}

} // namespace

std::vector<Question> differential_questions() {
    List list;
    add_mail_domains(list);
    add_reverse_names(list);
    add_special_names(list);
    add_signed_names(list);
    return list.take();
}

std::vector<Way> ways_to_ask(size_t turn) {
    constexpr std::array<uint16_t, 4> flags = {0, FP_DNS_AD, FP_DNS_CD, FP_DNS_AD | FP_DNS_CD};
    constexpr std::array<uint16_t, 4> sizes = {0, 512, 1232, 4096}; // 0: no EDNS
    std::vector<Way> ways;
    for (const uint16_t size : sizes) {
        for (const bool dnssec_ok : {false, true}) {
            for (const uint16_t bits : flags) {
                if (size == 0 && dnssec_ok) {
                    continue; // DO is a bit of the OPT record
                }
                Way way = {.text = {},
                           .flags = static_cast<uint16_t>(FP_DNS_RD | bits),
                           .edns = {},
                           .mixed_case = (turn & 1) != 0,
                           .ipv6 = (turn & 2) != 0};
                if (size != 0) {
                    way.edns = Edns{.udp_size = size, .flags = static_cast<uint16_t>(dnssec_ok ? FP_EDNS_DO : 0)};
                }
                way.text = std::string(bits & FP_DNS_AD ? "AD " : "") + (bits & FP_DNS_CD ? "CD " : "") +
                           (size == 0 ? "no EDNS" : "EDNS " + std::to_string(size)) + (dnssec_ok ? " DO" : "") +
                           (way.mixed_case ? ", mixed case" : "") + (way.ipv6 ? ", IPv6" : "");
                ways.push_back(way);
                turn++;
            }
        }
    }
    return ways;
}

DnsQuery query_for(const Question &question, const Way &way, uint16_t id) {
    return {.id = id,
            .flags = way.flags,
            .name = way.mixed_case ? mixed_case(question.name) : question.name,
            .qtype = question.type,
            .edns = way.edns};
}

} // namespace fastpath::test
