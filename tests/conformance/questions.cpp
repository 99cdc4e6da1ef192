// SPDX-License-Identifier: Apache-2.0
#include "conformance/questions.h"

#include "harness/dns_query.h"
#include "unit/response_text.h"

#include <cstdlib>
#include <memory>

namespace fastpath::test {
namespace {

namespace rr {
constexpr uint16_t none = 0, hinfo = 13, loc = 29, srv = 33, naptr = 35, opt = 41, ds = 43, sshfp = 44, rrsig = 46,
                   nsec = 47, dnskey = 48, nsec3param = 51, tlsa = 52, svcb = 64, https = 65, meta = 128, ixfr = 251,
                   axfr = 252, caa = 257, unknown = 65280, last = 65535;
} // namespace rr

namespace rclass {
constexpr uint16_t hesiod = 4, none = 254, any = 255; // not CHAOS: BIND limits the rate of answers in it
} // namespace rclass

class List {
  public:
    void add(const std::string &name, std::initializer_list<uint16_t> types) {
        for (const uint16_t type : types) {
            questions_.push_back({name, type});
        }
    }
    void add_of_class(const std::string &name, uint16_t type, uint16_t qclass) {
        questions_.push_back({name, type, qclass});
    }
    [[nodiscard]] std::vector<Question> take() { return std::move(questions_); }

  private:
    std::vector<Question> questions_;
};

// Number 7 with 4 digits: "0007".
std::string padded(int number, size_t digits = 4) {
    const std::string text = std::to_string(number);
    return std::string(digits - text.size(), '0') + text;
}

std::string host(int number) {
    return "d" + padded(number);
}

void add_mail_domains(List &list) {
    for (int number = 700; number < 708; number++) {
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

void add_apexes(List &list) {
    list.add(".", {type::ns, type::soa, type::a, rr::dnskey});
    list.add("mail.example.", {type::soa, type::ns, type::mx, type::a, rr::ds, rr::dnskey});
    list.add("bl.example.", {type::soa, type::ns, type::aaaa});
    list.add("ns.mail.example.", {type::a, type::aaaa});
    list.add("nothing.", {type::a});
    list.add("example.", {type::a, type::ns});
    list.add("top.", {type::a, type::mx});
}

void add_aliases(List &list) {
    for (const char *name : {"chain1", "chain6", "alias-nxdomain", "alias-nodata", "x.tree", "a.b.tree", "tree",
                             "one.wild", "a.b.wild", "x.wild-alias", "empty", "only4", "to-signed", "mixed-alias"}) {
        list.add(std::string(name) + ".mail.example.", {type::a, type::aaaa, type::mx, type::cname});
    }
    list.add("tree.mail.example.", {39});
    for (const char *name : {"hop1", "loop1", "alias-servfail", "to-bogus"}) {
        list.add(std::string(name) + ".mail.example.", {type::a, type::aaaa});
    }
    for (const char *name : {"a", "b", "x.y"}) {
        list.add(std::string(name) + ".lame.example.", {type::a, type::mx});
    }
}

void add_large_answers(List &list) {
    list.add("many.mail.example.", {type::a, type::mx});
    list.add("many6.mail.example.", {type::aaaa, type::a});
    list.add("many-mx.mail.example.", {type::mx});
    list.add("many-txt.mail.example.", {type::txt});
    list.add("big.mail.example.", {type::txt, type::a});
    for (int size = 498; size <= 514; size++) {
        list.add("size" + padded(size) + ".mail.example.", {type::txt});
    }
    for (int size = 1218; size <= 1234; size++) {
        list.add("size" + padded(size) + ".mail.example.", {type::txt});
    }
}

void add_types(List &list) {
    for (const char *name : {"mixed-ttl", "zero", "weeks", "short7"}) {
        list.add(std::string(name) + ".mail.example.", {type::a});
    }
    list.add("_imap._tcp.mail.example.", {rr::srv, type::a});
    list.add("caa.mail.example.", {rr::caa});
    list.add("naptr.mail.example.", {rr::naptr});
    list.add("sshfp.mail.example.", {rr::sshfp});
    list.add("_25._tcp.mx.mail.example.", {rr::tlsa});
    list.add("web.mail.example.", {rr::https, rr::svcb});
    list.add("web-alias.mail.example.", {rr::https});
    list.add("_dns.mail.example.", {rr::svcb});
    list.add("unknown.mail.example.", {rr::unknown});
    list.add("no-text.mail.example.", {type::txt});
    list.add("bytes.mail.example.", {type::txt});
    list.add("host.mail.example.", {rr::hinfo});
    list.add("place.mail.example.", {rr::loc});
}

void add_labels(List &list) {
    list.add("mixed-case.mail.example.", {type::a});
    list.add("dot\\.in\\.label.mail.example.", {type::a});
    list.add("dot.in.label.mail.example.", {type::a});
    list.add("byte\\000\\255.mail.example.", {type::a, type::mx});
    for (const char *octet : {"064", "096", "091", "123", "193", "225"}) {
        list.add("fold\\" + std::string(octet) + ".mail.example.", {type::a});
    }
    list.add(R"(\000\001\002\032\127\128.mail.example.)", {type::a, type::aaaa});
    const std::string label(63, 'x');
    list.add(std::string(48, 'x') + "." + label + "." + label + "." + label + ".mail.example.", {type::a, type::mx});
    list.add(label + ".mail.example.", {type::a});
    std::string labels;
    for (int count = 0; count < FP_DNS_LABELS_MAX; count++) {
        labels += "l.";
    }
    list.add(labels, {type::a, type::mx});
    list.add("m" + labels.substr(1), {type::a});
}

void add_signed_names(List &list, const std::string &zone) {
    for (int number = 10; number < 13; number++) {
        list.add(host(number) + "." + zone, {type::a, type::mx, type::txt, type::aaaa});
    }
    list.add(zone, {type::soa, type::ns, type::mx, rr::dnskey, rr::ds, rr::nsec, rr::rrsig, rr::nsec3param});
    for (const char *name : {"one.wild", "alias", "alias-nxdomain", "x.wild-alias", "x.tree", "to-mail", "empty"}) {
        list.add(std::string(name) + "." + zone, {type::a, type::aaaa});
    }
    list.add("many." + zone, {type::a});
    list.add("web." + zone, {rr::https});
    list.add("nobody." + zone, {type::a, type::mx});
    list.add("a.b.nobody." + zone, {type::a});
    list.add("bogus." + zone, {type::a, type::aaaa});
}

// What only the resolver may answer.
void add_never_cached(List &list) {
    list.add("d0720.mail.example.", {type::any, rr::axfr, rr::ixfr, rr::meta, rr::opt, rr::none, rr::last});
    list.add("mail.example.", {rr::axfr, type::any});
    list.add("d0013.signed.example.", {type::any, rr::rrsig});
    for (const uint16_t qclass : {rclass::hesiod, rclass::none, rclass::any}) {
        list.add_of_class("d0720.mail.example.", type::a, qclass);
    }
}

} // namespace

std::string Question::type_text() const {
    const std::unique_ptr<char, decltype(&std::free)> text(ldns_rr_type2str(static_cast<ldns_rr_type>(type)),
                                                           &std::free);
    return text.get();
}

std::string Question::text() const {
    return name + (qclass == FP_CLASS_IN ? " " : " CLASS" + std::to_string(qclass) + " ") + type_text();
}

std::vector<Question> generated_questions() {
    List list;
    add_mail_domains(list);
    add_reverse_names(list);
    add_apexes(list);
    add_aliases(list);
    add_large_answers(list);
    add_types(list);
    add_labels(list);
    add_signed_names(list, "signed.example.");
    add_signed_names(list, "nsec3.example.");
    add_never_cached(list);
    return list.take();
}

} // namespace fastpath::test
