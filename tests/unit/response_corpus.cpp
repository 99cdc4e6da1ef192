// SPDX-License-Identifier: Apache-2.0
#include "response_corpus.h"

namespace fastpath::test {
namespace {

constexpr uint16_t response_flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;

const std::string soa =
    "example.com. 900 IN SOA ns1.example.com. hostmaster.example.com. 2024010101 7200 3600 1209600 300";
const std::string signature = " 13 3 300 20300101000000 20200101000000 12345 example.com. "
                              "c2lnbmF0dXJlIG9mIHNpeHR5LWZvdXIgb2N0ZXRzLCBhcyBFQ0RTQSBQLTI1NiBnaXZlcyBpdCwgbm90IGE=";

std::string repeat(const std::string &text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

// 255 octets on the wire: three labels of 63, one of 61.
std::string longest_name(char octet) {
    const std::string label(63, octet);
    return label + "." + label + "." + label + "." + std::string(61, octet) + ".";
}

std::vector<std::string> addresses(const std::string &owner, int count) {
    std::vector<std::string> records;
    for (int i = 0; i < count; ++i) {
        records.push_back(owner + " 60 IN A 192.0.2." + std::to_string(i + 1));
    }
    return records;
}

// One record of each type, as the answer to a question for it.
std::vector<CorpusResponse> one_of_each_type() {
    const std::vector<std::pair<std::string, std::string>> rdata = {
        {"A", "192.0.2.1"},
        {"AAAA", "2001:db8::1"},
        {"NS", "ns1.example.com."},
        {"PTR", "host.www.example.com."},
        {"MX", "10 mail.example.com."},
        {"TXT", "\"v=spf1 -all\" \"\" \"second string\""},
        {"SPF", "\"v=spf1 -all\""},
        {"HINFO", "\"PDP-11\" \"UNIX\""},
        {"RP", "admin.example.com. text.example.com."},
        {"AFSDB", "1 afs.example.com."},
        {"SRV", "0 5 5060 sip.example.com."},
        {"NAPTR", "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@example.com!\" ."},
        {"KX", "10 kx.example.com."},
        {"DNAME", "example.net."},
        {"DS", "12345 13 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD"},
        {"DNSKEY", "257 3 13 cHVibGljIGtleSBvZiBzaXh0eS1mb3VyIG9jdGV0cywgYXMgRUNEU0EgUC0yNTYgZ2l2ZXMgaXQsIG4="},
        {"RRSIG", "A" + signature},
        {"NSEC", "zzz.example.com. A MX RRSIG NSEC"},
        {"NSEC3PARAM", "1 0 0 -"},
        {"TLSA", "3 1 1 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD"},
        {"SSHFP", "4 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD"},
        {"CAA", "0 issue \"ca.example.net\""},
        {"URI", "10 1 \"https://www.example.com/\""},
        {"LOC", "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m"},
        {"EUI48", "00-00-5e-00-53-2a"},
        {"TYPE64", "\\# 15 0001 03737663076578616d706c6500"}, // SVCB 1 svc.example.
        {"TYPE65", "\\# 10 0001 00 0001 0003 02 6832"},       // HTTPS 1 . alpn=h2
        {"TYPE65280", "\\# 5 c00cc00cff"},                    // pointers by chance
        {"TYPE65281", "\\# 0"},
    };
    std::vector<CorpusResponse> responses;
    for (const auto &[type, data] : rdata) {
        responses.push_back({.name = "type_" + type,
                             .text = {.question = "www.example.com. IN " + type,
                                      .answer = {"www.example.com. 300 IN " + type + " " + data}}});
    }
    return responses;
}

std::vector<CorpusResponse> positive_answers() {
    return {
        {.name = "cname_chain",
         .text = {.answer = {"www.example.com. 300 IN CNAME web.example.com.",
                             "web.example.com. 200 IN CNAME cdn.example.net.", "cdn.example.net. 20 IN A 192.0.2.7",
                             "cdn.example.net. 20 IN A 192.0.2.8"}}},
        {.name = "dname_chain",
         .text = {.question = "www.old.example.com. IN AAAA",
                  .answer = {"old.example.com. 600 IN DNAME new.example.com.",
                             "www.old.example.com. 600 IN CNAME www.new.example.com.",
                             "www.new.example.com. 60 IN AAAA 2001:db8::2"}}},
        {.name = "mail_with_additional",
         .text = {.question = "example.com. IN MX",
                  .answer = {"example.com. 3600 IN MX 10 mail1.example.com.",
                             "example.com. 3600 IN MX 20 mail2.example.com."},
                  .authority = {"example.com. 7200 IN NS ns1.example.com.", "example.com. 7200 IN NS ns2.example.com."},
                  .additional = {"mail1.example.com. 300 IN A 192.0.2.25",
                                 "mail2.example.com. 300 IN AAAA 2001:db8::25"},
                  .opt = OptText{}}},
        {.name = "signed",
         .text = {.flags = response_flags | FP_DNS_AD,
                  .answer = {"www.example.com. 300 IN A 192.0.2.1", "www.example.com. 300 IN RRSIG A" + signature},
                  .opt = OptText{.flags = FP_EDNS_DO}}},
        {.name = "sixty_four_records", .text = {.answer = addresses("www.example.com.", 64), .opt = OptText{}}},
        {.name = "root_servers",
         .text = {.question = ". IN NS",
                  .answer = {". 518400 IN NS a.root-servers.net.", ". 518400 IN NS b.root-servers.net."},
                  .additional = {"a.root-servers.net. 518400 IN A 198.41.0.4"},
                  .opt = OptText{}}},
        {.name = "two_longest_names",
         .text = {.question = longest_name('a') + " IN CNAME",
                  .answer = {longest_name('a') + " 60 IN CNAME " + longest_name('b')}}},
        {.name = "labels_127",
         .text = {.question = repeat("x.", 127) + " IN PTR",
                  .answer = {repeat("x.", 127) + " 60 IN PTR y." + repeat("x.", 126)}}},
        {.name = "binary_labels",
         .text = {.question = "\\000\\255\\.\\\\.EXAMPLE.com. IN A",
                  .answer = {"\\000\\255\\.\\\\.EXAMPLE.com. 60 IN A 192.0.2.1"}}},
        {.name = "opt_before_glue",
         .text = {.question = "example.com. IN NS",
                  .answer = {"example.com. 3600 IN NS ns1.example.com.", "example.com. 3600 IN NS ns.far.example.org."},
                  .additional = {"ns1.example.com. 300 IN A 192.0.2.53", "ns.far.example.org. 300 IN A 192.0.2.54",
                                 "more.example.edu. 300 IN A 192.0.2.55",
                                 "deep.more.example.edu. 300 IN MX 5 more.example.edu."},
                  .opt = OptText{.options = {0, 12, 0, 3, 0, 0, 0}, .records_behind = 3}}},
    };
}

std::vector<CorpusResponse> other_answers() {
    return {
        {.name = "nxdomain",
         .text = {.flags = response_flags | FP_RCODE_NXDOMAIN, .authority = {soa}, .opt = OptText{}}},
        {.name = "nodata", .text = {.authority = {soa}, .opt = OptText{}}},
        {.name = "nodata_behind_cname",
         .text = {.answer = {"www.example.com. 300 IN CNAME web.example.com."}, .authority = {soa}}},
        {.name = "nxdomain_signed",
         .text = {.flags = response_flags | FP_DNS_AD | FP_RCODE_NXDOMAIN,
                  .authority = {soa, "example.com. 900 IN RRSIG SOA" + signature,
                                "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.com. 300 IN NSEC3 1 0 0 - "
                                "2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG"},
                  .opt = OptText{.flags = FP_EDNS_DO}}},
        {.name = "servfail", .text = {.flags = response_flags | FP_RCODE_SERVFAIL, .opt = OptText{}}},
        {.name = "servfail_plain", .text = {.flags = response_flags | FP_RCODE_SERVFAIL}},
        {.name = "referral",
         .text = {.authority = {"example.com. 7200 IN NS ns1.example.com."},
                  .additional = {"ns1.example.com. 7200 IN A 192.0.2.53"}}},
    };
}

std::vector<CorpusResponse> make_corpus() {
    std::vector<CorpusResponse> corpus = one_of_each_type();
    for (const auto &group : {positive_answers(), other_answers()}) {
        corpus.insert(corpus.end(), group.begin(), group.end());
    }
    return corpus;
}

} // namespace

const std::vector<CorpusResponse> &response_corpus() {
    static const std::vector<CorpusResponse> corpus = make_corpus();
    return corpus;
}

} // namespace fastpath::test
