// SPDX-License-Identifier: Apache-2.0
// Which responses are cached, and for how long. A row is a response, the query bits and settings it meets, and what the
// RFC named in it wants.
#include "cache/policy.h"

#include "dns/byte_order.h"
#include "response_text.h"

#include <array>
#include <dns_fastpath/hash.h>
#include <functional>
#include <gtest/gtest.h>
#include <set>
#include <variant>

namespace fastpath {
namespace {

using test::OptText;
using test::ResponseText;
using test::to_wire;

using Expected = std::variant<uint32_t, FillReject>; // seconds, or why not

struct PolicyCase {
    std::string name;
    std::string source; // the RFC or the setting
    ResponseText response{};
    uint8_t query_bits = 0;
    CachePolicy policy{};
    std::function<void(std::vector<uint8_t> &)> patch{}; // what ldns would not write
    Expected expected{};
};

void PrintTo(const PolicyCase &row, std::ostream *out) {
    *out << row.name << " (" << row.source << ")";
}

constexpr uint16_t ok = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;
constexpr uint16_t nxdomain = ok | FP_RCODE_NXDOMAIN;
constexpr uint16_t servfail = ok | FP_RCODE_SERVFAIL;

const std::string a_300 = "www.example.com. 300 IN A 192.0.2.1";
const std::string cname_200 = "www.example.com. 200 IN CNAME web.example.com.";
const std::string soa_900_min_600 =
    "example.com. 900 IN SOA ns1.example.com. root.example.com. 1 7200 3600 1209600 600";
const std::string soa_400_min_600 =
    "example.com. 400 IN SOA ns1.example.com. root.example.com. 1 7200 3600 1209600 600";
const std::string ns_700 = "example.com. 700 IN NS ns1.example.com.";
const std::string rrsig_of_a =
    "www.example.com. 300 IN RRSIG A 13 3 300 20300101000000 20200101000000 1 example.com. AAAA";

ResponseText with_flags(uint16_t flags) {
    return {.flags = flags, .answer = {a_300}};
}

ResponseText with_opt(OptText opt) {
    return {.answer = {a_300}, .opt = std::move(opt)};
}

auto set_u16(size_t at, uint16_t value) {
    return [at, value](std::vector<uint8_t> &wire) { store_be16(wire, at, value); };
}

// Offsets in a response for www.example.com with one compressed answer.
constexpr size_t qtype_at = 12 + 17;
constexpr size_t qclass_at = qtype_at + 2;
constexpr size_t first_type_at = qclass_at + 2 + 2;
constexpr size_t first_class_at = first_type_at + 2;
constexpr size_t first_ttl_at = first_class_at + 2;

std::vector<PolicyCase> header_rows() {
    return {
        {.name = "plain", .source = "RFC 1035 3.2.1", .response = with_flags(ok), .expected = 300U},
        {.name = "a_query",
         .source = "RFC 1035 4.1.1",
         .response = with_flags(FP_DNS_RD),
         .expected = FillReject::not_response},
        {.name = "notify", .source = "RFC 1996", .response = with_flags(ok | 4 << 11), .expected = FillReject::opcode},
        {.name = "truncated",
         .source = "RFC 2181 9",
         .response = with_flags(ok | FP_DNS_TC),
         .expected = FillReject::truncated},
        {.name = "recursion_not_desired",
         .source = "RFC 1034 4.3.1",
         .response = with_flags(FP_DNS_QR | FP_DNS_RA),
         .expected = FillReject::no_recursion},
        {.name = "not_of_a_resolver",
         .source = "RFC 1035 4.1.1",
         .response = with_flags(FP_DNS_QR | FP_DNS_RD | FP_DNS_AA),
         .expected = FillReject::not_recursive},
        {.name = "reserved_bit",
         .source = "RFC 1035 4.1.1",
         .response = with_flags(ok | FP_DNS_Z),
         .expected = FillReject::header_z},
        {.name = "formerr", .source = "RFC 1035 4.1.1", .response = {.flags = ok | 1}, .expected = FillReject::rcode},
        {.name = "notimp", .source = "RFC 1035 4.1.1", .response = {.flags = ok | 4}, .expected = FillReject::rcode},
        {.name = "refused",
         .source = "RFC 8906 3",
         .response = {.flags = ok | FP_RCODE_REFUSED},
         .expected = FillReject::rcode},
        {.name = "yxdomain", .source = "RFC 6672 2.2", .response = {.flags = ok | 6}, .expected = FillReject::rcode},
        {.name = "authoritative",
         .source = "design 4: AA is kept",
         .response = with_flags(ok | FP_DNS_AA),
         .expected = 300U},
    };
}

std::vector<PolicyCase> type_rows() {
    std::vector<PolicyCase> rows = {
        {.name = "class_ch_question",
         .source = "dns-rules: class not IN",
         .response = with_flags(ok),
         .patch = set_u16(qclass_at, 3),
         .expected = FillReject::class_not_in},
        {.name = "class_ch_record",
         .source = "RFC 1035 3.2.4",
         .response = with_flags(ok),
         .patch = set_u16(first_class_at, 3),
         .expected = FillReject::class_not_in},
        {.name = "tsig",
         .source = "RFC 8945 5.3",
         .response = with_flags(ok),
         .patch = set_u16(first_type_at, 250),
         .expected = FillReject::meta_record},
        {.name = "unknown_type",
         .source = "RFC 3597 3",
         .response = {.question = "www.example.com. IN TYPE65280",
                      .answer = {"www.example.com. 77 IN TYPE65280 \\# 1 00"}},
         .expected = 77U},
    };
    for (const uint16_t qtype : std::to_array<uint16_t>({0, 41, 128, 249, 250, 251, 252, 253, 254, 255})) {
        rows.push_back({.name = "qtype_" + std::to_string(qtype),
                        .source = "RFC 6895 3.1",
                        .response = with_flags(ok),
                        .patch = set_u16(qtype_at, qtype),
                        .expected = FillReject::qtype});
    }
    for (const uint16_t qtype : std::to_array<uint16_t>({127, 256})) {
        rows.push_back({.name = "qtype_" + std::to_string(qtype),
                        .source = "RFC 6895 3.1",
                        .response = {.authority = {soa_400_min_600}},
                        .patch = set_u16(qtype_at, qtype),
                        .expected = 400U});
    }
    return rows;
}

std::vector<PolicyCase> edns_rows() {
    const auto option = [](uint8_t code) { return with_opt({.options = {0, code, 0, 2, 0, 0}}); };
    return {
        {.name = "opt", .source = "RFC 6891 6.2.1", .response = with_opt({}), .expected = 300U},
        {.name = "badvers",
         .source = "RFC 6891 6.1.3",
         .response = with_opt({.extended_rcode = 1}),
         .expected = FillReject::rcode},
        {.name = "edns_version_1",
         .source = "RFC 6891 6.1.3",
         .response = with_opt({.version = 1}),
         .expected = FillReject::edns_version},
        {.name = "client_subnet", .source = "RFC 7871 7.3", .response = option(8), .expected = FillReject::ecs},
        {.name = "cookie", .source = "RFC 7873 5.3", .response = option(10), .expected = FillReject::cookie},
        {.name = "nsid", .source = "RFC 5001 2.2", .response = option(3), .expected = FillReject::edns_option},
        {.name = "extended_error", .source = "RFC 8914 3", .response = option(15), .expected = FillReject::edns_option},
        {.name = "unknown_edns_flag",
         .source = "RFC 6891 6.1.4",
         .response = with_opt({.flags = 0x0001}),
         .expected = 300U},
    };
}

std::vector<PolicyCase> query_bit_rows() {
    return {
        {.name = "cd_unasked",
         .source = "RFC 4035 3.2.2",
         .response = with_flags(ok | FP_DNS_CD),
         .expected = FillReject::cd_mismatch},
        {.name = "cd_lost",
         .source = "RFC 4035 3.2.2",
         .response = with_flags(ok),
         .query_bits = FP_QUERY_CD,
         .expected = FillReject::cd_mismatch},
        {.name = "cd_copied",
         .source = "RFC 6840 5.9",
         .response = with_flags(ok | FP_DNS_CD),
         .query_bits = FP_QUERY_CD,
         .expected = 300U},
        {.name = "do_unasked",
         .source = "RFC 3225 3",
         .response = with_opt({.flags = FP_EDNS_DO}),
         .expected = FillReject::do_mismatch},
        {.name = "do_lost",
         .source = "RFC 3225 3",
         .response = with_opt({}),
         .query_bits = FP_QUERY_DO,
         .expected = FillReject::do_mismatch},
        {.name = "do_asked_and_no_opt",
         .source = "RFC 6891 6.1.1",
         .response = with_flags(ok),
         .query_bits = FP_QUERY_DO,
         .expected = FillReject::do_mismatch},
        {.name = "do_copied",
         .source = "RFC 3225 3",
         .response = with_opt({.flags = FP_EDNS_DO}),
         .query_bits = FP_QUERY_DO,
         .expected = 300U},
        {.name = "ad_unasked",
         .source = "RFC 6840 5.8",
         .response = with_flags(ok | FP_DNS_AD),
         .expected = FillReject::ad_unasked},
        {.name = "ad_asked",
         .source = "RFC 6840 5.7",
         .response = with_flags(ok | FP_DNS_AD),
         .query_bits = FP_QUERY_AD,
         .expected = 300U},
        {.name = "ad_asked_by_do",
         .source = "RFC 6840 5.8",
         .response = {.flags = ok | FP_DNS_AD, .answer = {a_300, rrsig_of_a}, .opt = OptText{.flags = FP_EDNS_DO}},
         .query_bits = FP_QUERY_DO,
         .expected = 300U},
        {.name = "rrsig_unasked",
         .source = "RFC 4035 3.2.1",
         .response = {.answer = {a_300, rrsig_of_a}},
         .expected = FillReject::dnssec_unasked},
        {.name = "nsec_unasked",
         .source = "RFC 4035 3.2.1",
         .response = {.authority = {soa_400_min_600, "example.com. 300 IN NSEC zzz.example.com. A"}},
         .expected = FillReject::dnssec_unasked},
        {.name = "nsec3_unasked",
         .source = "RFC 4035 3.2.1",
         .response = {.authority = {soa_400_min_600,
                                    "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.com. 300 IN NSEC3 1 0 0 - "
                                    "2vptu5timamqttgl4luu9kg21e0aor3s A"}},
         .expected = FillReject::dnssec_unasked},
        {.name = "rrsig_asked_by_type",
         .source = "RFC 4035 3.2.1",
         .response = {.question = "www.example.com. IN RRSIG", .answer = {rrsig_of_a}},
         .expected = 300U},
        {.name = "rrsig_does_not_ask_for_nsec",
         .source = "RFC 4035 3.2.1",
         .response = {.question = "www.example.com. IN RRSIG",
                      .answer = {rrsig_of_a},
                      .authority = {"example.com. 300 IN NSEC zzz.example.com. A"}},
         .expected = FillReject::dnssec_unasked},
    };
}

std::vector<PolicyCase> ttl_rows() {
    const std::string ns_50 = "example.com. 50 IN NS ns1.example.com.";
    const std::string glue_40 = "ns1.example.com. 40 IN A 192.0.2.53";
    return {
        {.name = "lowest_in_the_answer",
         .source = "RFC 2181 5.2",
         .response = {.answer = {a_300, "www.example.com. 30 IN A 192.0.2.2"}},
         .expected = 30U},
        {.name = "lowest_in_the_authority",
         .source = "RFC 2181 5.2",
         .response = {.answer = {a_300}, .authority = {ns_50}},
         .expected = 50U},
        {.name = "lowest_in_the_additional",
         .source = "RFC 2181 5.2",
         .response = {.answer = {a_300}, .authority = {ns_50}, .additional = {glue_40}},
         .expected = 40U},
        {.name = "opt_has_no_ttl",
         .source = "RFC 6891 6.1.3",
         .response = {.answer = {a_300}, .opt = OptText{.flags = 0x0001}},
         .expected = 300U},
        {.name = "zero",
         .source = "RFC 1035 3.2.1",
         .response = {.answer = {"www.example.com. 0 IN A 192.0.2.1"}},
         .expected = FillReject::ttl_zero},
        {.name = "zero_despite_min_ttl",
         .source = "RFC 1035 3.2.1",
         .response = {.answer = {"www.example.com. 0 IN A 192.0.2.1"}},
         .policy = {.min_ttl = 60},
         .expected = FillReject::ttl_zero},
        {.name = "zero_in_the_additional",
         .source = "RFC 1035 3.2.1",
         .response = {.answer = {a_300}, .additional = {"ns1.example.com. 0 IN A 192.0.2.53"}},
         .expected = FillReject::ttl_zero},
        {.name = "one",
         .source = "RFC 1035 3.2.1",
         .response = {.answer = {"www.example.com. 1 IN A 192.0.2.1"}},
         .expected = 1U},
        {.name = "high_bit_is_a_large_value",
         .source = "RFC 8767 4",
         .response = with_flags(ok),
         .patch = set_u16(first_ttl_at, 0x8000),
         .expected = 86400U},
        {.name = "max_ttl",
         .source = "cache.max_ttl",
         .response = {.answer = {"www.example.com. 604800 IN A 192.0.2.1"}},
         .policy = {.max_ttl = 7200},
         .expected = 7200U},
        {.name = "min_ttl",
         .source = "cache.min_ttl",
         .response = with_flags(ok),
         .policy = {.min_ttl = 301},
         .expected = 301U},
        {.name = "max_ttl_of_zero",
         .source = "cache.max_ttl",
         .response = with_flags(ok),
         .policy = {.max_ttl = 0},
         .expected = FillReject::ttl_zero},
    };
}

std::vector<PolicyCase> negative_rows() {
    const ResponseText no_such_name{.flags = nxdomain, .authority = {soa_900_min_600}};
    const ResponseText no_data{.authority = {soa_900_min_600}};
    return {
        {.name = "nxdomain_by_minimum", .source = "RFC 2308 5", .response = no_such_name, .expected = 600U},
        {.name = "nxdomain_by_ttl_of_soa",
         .source = "RFC 2308 5",
         .response = {.flags = nxdomain, .authority = {soa_400_min_600}},
         .expected = 400U},
        {.name = "nodata", .source = "RFC 2308 5", .response = no_data, .expected = 600U},
        {.name = "nodata_behind_cname",
         .source = "RFC 2308 2.2",
         .response = {.answer = {cname_200}, .authority = {soa_900_min_600}},
         .expected = 200U},
        {.name = "nxdomain_behind_cname",
         .source = "RFC 2308 2.1",
         .response = {.flags = nxdomain, .answer = {cname_200}, .authority = {soa_900_min_600}},
         .expected = 200U},
        {.name = "capped",
         .source = "cache.max_negative_ttl",
         .response = no_data,
         .policy = {.max_negative_ttl = 60},
         .expected = 60U},
        {.name = "not_raised",
         .source = "cache.min_ttl, RFC 2308 5",
         .response = no_data,
         .policy = {.min_ttl = 1200},
         .expected = 600U},
        {.name = "never",
         .source = "cache.max_negative_ttl",
         .response = no_data,
         .policy = {.max_negative_ttl = 0},
         .expected = FillReject::ttl_zero},
        {.name = "minimum_of_zero",
         .source = "RFC 2308 5",
         .response =
             {.authority = {"example.com. 900 IN SOA ns1.example.com. root.example.com. 1 7200 3600 1209600 0"}},
         .expected = FillReject::ttl_zero},
        {.name = "soa_with_ttl_zero",
         .source = "RFC 2308 5",
         .response =
             {.authority = {"example.com. 0 IN SOA ns1.example.com. root.example.com. 1 7200 3600 1209600 600"}},
         .expected = FillReject::ttl_zero},
        {.name = "nxdomain_without_soa",
         .source = "RFC 2308 5",
         .response = {.flags = nxdomain},
         .expected = FillReject::no_soa},
        {.name = "nxdomain_with_ns_alone",
         .source = "RFC 2308 2.1",
         .response = {.flags = nxdomain, .authority = {ns_700}},
         .expected = FillReject::no_soa},
        {.name = "nodata_without_soa", .source = "RFC 2308 5", .response = {}, .expected = FillReject::no_soa},
        {.name = "soa_in_the_additional_section",
         .source = "RFC 2308 3",
         .response = {.additional = {soa_900_min_600}},
         .expected = FillReject::no_soa},
        {.name = "cname_that_leads_nowhere",
         .source = "RFC 2308 5",
         .response = {.answer = {cname_200}},
         .expected = FillReject::no_soa},
        {.name = "cname_loop",
         .source = "RFC 1034 3.6.2",
         .response = {.answer = {cname_200, "web.example.com. 200 IN CNAME www.example.com."}},
         .expected = FillReject::no_soa},
        {.name = "referral",
         .source = "RFC 2308 2.2",
         .response = {.authority = {ns_700}, .additional = {"ns1.example.com. 700 IN A 192.0.2.53"}},
         .expected = FillReject::referral},
        {.name = "nodata_with_ns_and_soa",
         .source = "RFC 2308 2.2",
         .response = {.authority = {soa_400_min_600, ns_700}},
         .expected = 400U},
    };
}

std::vector<PolicyCase> failure_rows() {
    return {
        {.name = "servfail", .source = "RFC 9520 3.2", .response = {.flags = servfail}, .expected = 5U},
        {.name = "servfail_for_cd",
         .source = "RFC 6840 5.9",
         .response = {.flags = servfail | FP_DNS_CD},
         .query_bits = FP_QUERY_CD,
         .expected = 5U},
        {.name = "servfail_off",
         .source = "cache.failure_ttl",
         .response = {.flags = servfail},
         .policy = {.failure_ttl = 0},
         .expected = FillReject::failure},
        {.name = "servfail_five_minutes_at_most",
         .source = "RFC 2308 7.1",
         .response = {.flags = servfail},
         .policy = {.failure_ttl = 3600},
         .expected = 300U},
        {.name = "servfail_is_not_raised",
         .source = "cache.min_ttl",
         .response = {.flags = servfail},
         .policy = {.min_ttl = 60},
         .expected = 5U},
        {.name = "servfail_with_records",
         .source = "RFC 2308 7.1",
         .response = {.flags = servfail, .answer = {cname_200}},
         .expected = 5U},
        {.name = "servfail_does_not_outlive_its_records",
         .source = "RFC 2181 5.2",
         .response = {.flags = servfail, .answer = {"www.example.com. 2 IN CNAME web.example.com."}},
         .expected = 2U},
    };
}

std::vector<PolicyCase> chain_rows() {
    const std::string web_100 = "web.example.com. 100 IN A 192.0.2.7";
    return {
        {.name = "cname_and_data",
         .source = "RFC 1034 4.3.2",
         .response = {.answer = {cname_200, web_100}},
         .expected = 100U},
        {.name = "data_before_its_cname",
         .source = "RFC 1034 4.3.2",
         .response = {.answer = {web_100, cname_200}},
         .expected = 100U},
        {.name = "cname_asked_for",
         .source = "RFC 1034 3.6.2",
         .response = {.question = "www.example.com. IN CNAME", .answer = {cname_200}},
         .expected = 200U},
        {.name = "names_in_other_case",
         .source = "RFC 4343 3",
         .response = {.question = "WWW.EXAMPLE.COM. IN A",
                      .answer = {cname_200, "WEB.example.COM. 100 IN A 192.0.2.7"}},
         .expected = 100U},
        {.name = "dname_with_its_cname",
         .source = "RFC 6672 3.1",
         .response = {.question = "www.old.example. IN A",
                      .answer = {"old.example. 90 IN DNAME new.example.",
                                 "www.old.example. 90 IN CNAME www.new.example.",
                                 "www.new.example. 80 IN A 192.0.2.7"}},
         .expected = 80U},
        {.name = "dname_asked_for",
         .source = "RFC 6672 2.4",
         .response = {.question = "old.example. IN DNAME", .answer = {"old.example. 90 IN DNAME new.example."}},
         .expected = 90U},
        {.name = "dname_without_its_cname",
         .source = "RFC 6672 3.1",
         .response = {.question = "www.old.example. IN A",
                      .answer = {"old.example. 90 IN DNAME new.example.", "www.new.example. 80 IN A 192.0.2.7"}},
         .expected = FillReject::unrelated},
        {.name = "dname_of_another_tree",
         .source = "RFC 6672 2.2",
         .response = {.answer = {a_300, "example.net. 90 IN DNAME new.example."}},
         .expected = FillReject::unrelated},
        {.name = "signatures_along_the_chain",
         .source = "RFC 4035 3.1.1",
         .response =
             {.answer =
                  {cname_200,
                   "www.example.com. 200 IN RRSIG CNAME 13 3 200 20300101000000 20200101000000 1 example.com. AAAA",
                   web_100,
                   "web.example.com. 100 IN RRSIG A 13 3 100 20300101000000 20200101000000 1 example.com. AAAA"},
              .opt = OptText{.flags = FP_EDNS_DO}},
         .query_bits = FP_QUERY_DO,
         .expected = 100U},
        {.name = "signature_of_another_type",
         .source = "RFC 4035 3.1.1",
         .response =
             {.answer = {a_300,
                         "www.example.com. 300 IN RRSIG MX 13 3 300 20300101000000 20200101000000 1 example.com. AAAA"},
              .opt = OptText{.flags = FP_EDNS_DO}},
         .query_bits = FP_QUERY_DO,
         .expected = FillReject::unrelated},
        {.name = "answer_for_another_name",
         .source = "RFC 5452 6",
         .response = {.answer = {"www.example.net. 300 IN A 192.0.2.66"}},
         .expected = FillReject::unrelated},
        {.name = "record_beside_the_chain",
         .source = "RFC 5452 6",
         .response = {.answer = {a_300, "bank.example. 300 IN A 192.0.2.66"}},
         .expected = FillReject::unrelated},
        {.name = "answer_of_another_type",
         .source = "RFC 5452 6",
         .response = {.answer = {"www.example.com. 300 IN AAAA 2001:db8::1"}, .authority = {soa_900_min_600}},
         .expected = FillReject::unrelated},
        {.name = "nxdomain_with_data",
         .source = "RFC 2308 2.1",
         .response = {.flags = nxdomain, .answer = {a_300}, .authority = {soa_900_min_600}},
         .expected = FillReject::unrelated},
    };
}

std::vector<PolicyCase> size_rows() {
    const ResponseText octets_49 = with_flags(ok);
    return {
        {.name = "as_large_as_allowed",
         .source = "edns.payload_size",
         .response = octets_49,
         .policy = {.payload_size = 49},
         .expected = 300U},
        {.name = "larger_than_allowed",
         .source = "edns.payload_size",
         .response = octets_49,
         .policy = {.payload_size = 48},
         .expected = FillReject::too_large},
    };
}

std::vector<PolicyCase> policy_rows() {
    std::vector<PolicyCase> rows;
    for (const auto &group : {header_rows(), type_rows(), edns_rows(), query_bit_rows(), ttl_rows(), negative_rows(),
                              failure_rows(), chain_rows(), size_rows()}) {
        rows.insert(rows.end(), group.begin(), group.end());
    }
    return rows;
}

class Policy : public testing::TestWithParam<PolicyCase> {};

TEST_P(Policy, decides_as_the_rfc_says) {
    const PolicyCase &row = GetParam();
    std::vector<uint8_t> wire = to_wire(row.response);
    if (row.patch) {
        row.patch(wire);
    }
    const auto message = parse_message(wire);
    ASSERT_TRUE(message) << to_string(message.error());

    const auto lifetime = decide(*message, row.query_bits, row.policy);
    if (const auto *const seconds = std::get_if<uint32_t>(&row.expected)) {
        ASSERT_TRUE(lifetime) << label(lifetime.error());
        EXPECT_EQ(lifetime->seconds, *seconds);
        // What the checksum arithmetic rests on: no TTL ends before the answer does.
        for (const Record &record : message->records) {
            EXPECT_GE(cached_ttl(record.ttl, lifetime->kind, row.policy), lifetime->seconds);
        }
    } else {
        const auto reason = std::get<FillReject>(row.expected);
        ASSERT_FALSE(lifetime) << "cached for " << lifetime->seconds << " s, expected " << label(reason);
        EXPECT_EQ(lifetime.error(), reason) << label(lifetime.error()) << ", expected " << label(reason);
    }
}

INSTANTIATE_TEST_SUITE_P(Rules, Policy, testing::ValuesIn(policy_rows()),
                         [](const auto &row) { return row.param.name; });

TEST(FillRejects, each_is_reached_and_has_its_own_label) {
    // These come from the reader, the filler and the answer table.
    std::set<FillReject> reached{FillReject::malformed, FillReject::opt_mismatch, FillReject::better_cached,
                                 FillReject::no_memory};
    for (const PolicyCase &row : policy_rows()) {
        if (const auto *const reason = std::get_if<FillReject>(&row.expected)) {
            reached.insert(*reason);
        }
    }
    EXPECT_EQ(reached.size(), fill_reject_count);
    std::set<std::string_view> labels;
    for (const FillReject reason : reached) {
        labels.insert(label(reason));
    }
    EXPECT_EQ(labels.size(), fill_reject_count);
}

TEST(CachedTtl, is_raised_for_data_alone_and_capped_for_all) {
    const CachePolicy policy{.min_ttl = 60, .max_ttl = 600};
    EXPECT_EQ(cached_ttl(5, AnswerKind::positive, policy), 60U);
    EXPECT_EQ(cached_ttl(5, AnswerKind::negative, policy), 5U);
    EXPECT_EQ(cached_ttl(5, AnswerKind::failure, policy), 5U);
    for (const AnswerKind kind : {AnswerKind::positive, AnswerKind::negative, AnswerKind::failure}) {
        EXPECT_EQ(cached_ttl(100, kind, policy), 100U);
        EXPECT_EQ(cached_ttl(601, kind, policy), 600U);
        EXPECT_EQ(cached_ttl(0x80000000, kind, policy), 600U);
    }
}

} // namespace
} // namespace fastpath
