// SPDX-License-Identifier: Apache-2.0
#include "ctl/answer_text.h"

#include "ctl/records.h"
#include "dns/name.h"
#include "dns/type_text.h"
#include "metrics/dns_labels.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace fastpath::ctl {

namespace {

// " aa ad", or nothing.
std::string list_of(std::initializer_list<std::pair<bool, const char *>> words) {
    std::string list;
    for (const auto &[is_set, word] : words) {
        list += is_set ? std::string(" ") + word : "";
    }
    return list;
}

std::string answer_flags(const fp_answer &head) {
    return list_of({{(head.flags & FP_DNS_AA) != 0, "aa"},
                    {(head.flags & FP_DNS_AD) != 0, "ad"},
                    {(head.flags & FP_DNS_RA) != 0, "ra"}});
}

std::string query_bits(const fp_answer &head) {
    return list_of({{(head.query_bits & FP_QUERY_DO) != 0, "DO"},
                    {(head.query_bits & FP_QUERY_CD) != 0, "CD"},
                    {(head.query_bits & FP_QUERY_AD) != 0, "AD"}});
}

std::string rcode_of(const fp_answer &head) {
    return rcode_label(head.flags & FP_DNS_RCODE);
}

// Seconds since it was last given, or learned where it never was.
uint32_t idle_seconds(const fp_answer &head, uint32_t age) {
    return age - std::min(head.last_used, age);
}

// As an element of maps: "answers_small[0][17]" is element 17 of the map whose id is element 0 of answers_small.
std::string place_of(const AnswerCopy &answer) {
    return std::string("answers_") + answer.size_class().name + "[" + std::to_string(answer.chunk()) + "][" +
           std::to_string(answer.element()) + "]";
}

bool is_stale(const fp_answer &head, uint32_t age) {
    return age >= head.lifetime;
}

// "200 s left", or "stale: expired 100 s ago".
std::string remaining(const fp_answer &head, uint32_t age) {
    return is_stale(head, age) ? "stale: expired " + std::to_string(age - head.lifetime) + " s ago"
                               : std::to_string(head.lifetime - age) + " s left";
}

void print_comment(std::ostream &stream, const AnswerCopy &answer, uint32_t age) {
    const fp_answer &head = answer.head();
    stream << "; " << name_to_text(answer.name()) << " IN " << type_to_text(head.qtype) << ": " << rcode_of(head);
    stream << ", flags" << answer_flags(head) << "; query" << (head.query_bits != 0 ? query_bits(head) : " plain");
    if (head.limit != 0) {
        stream << ", payload size " << head.limit;
    }
    stream << ", view " << head.view << "; age " << age << " s, " << remaining(head, age) << ", last used "
           << idle_seconds(head, age) << " s ago; " << place_of(answer) << '\n';
}

Json records_to_json(const std::vector<Record> &records, std::string_view section) {
    Json list = Json::array();
    for (const Record &record : records) {
        if (record.section == section) {
            list.push_back({{"name", record.name},
                            {"ttl", record.ttl},
                            {"class", record.rclass},
                            {"type", record.type},
                            {"data", record.data}});
        }
    }
    return list;
}

} // namespace

void print_zone_lines(std::ostream &stream, const AnswerCopy &answer, uint32_t age) {
    print_comment(stream, answer, age);
    const Result<std::vector<Record>> records = read_records(answer.message(age));
    if (!records) {
        stream << "; no records shown: " << records.error().message << '\n';
        return;
    }
    for (const Record &record : *records) {
        stream << record.name << '\t' << record.ttl << '\t' << record.rclass << '\t' << record.type << '\t'
               << record.data;
        stream << (record.section == std::string_view("answer") ? "" : std::string("\t; ") + record.section) << '\n';
    }
}

Json to_json(const AnswerCopy &answer, uint32_t age) {
    const fp_answer &head = answer.head();
    Json json = {{"name", name_to_text(answer.name())},
                 {"type", type_to_text(head.qtype)},
                 {"rcode", rcode_of(head)},
                 {"aa", (head.flags & FP_DNS_AA) != 0},
                 {"ad", (head.flags & FP_DNS_AD) != 0},
                 {"ra", (head.flags & FP_DNS_RA) != 0},
                 {"query",
                  {{"do", (head.query_bits & FP_QUERY_DO) != 0},
                   {"cd", (head.query_bits & FP_QUERY_CD) != 0},
                   {"ad", (head.query_bits & FP_QUERY_AD) != 0},
                   {"payload_size", head.limit != 0 ? Json(head.limit) : Json(nullptr)}}},
                 {"view", head.view},
                 {"age_seconds", age},
                 {"remaining_seconds", is_stale(head, age) ? 0 : head.lifetime - age},
                 {"stale", is_stale(head, age)},
                 {"expired_seconds_ago", is_stale(head, age) ? Json(age - head.lifetime) : Json(nullptr)},
                 {"last_used_seconds_ago", idle_seconds(head, age)},
                 {"size_class", answer.size_class().name},
                 {"chunk", answer.chunk()},
                 {"element", answer.element()}};
    const Result<std::vector<Record>> records = read_records(answer.message(age));
    if (!records) {
        json["error"] = records.error().message;
        return json;
    }
    for (const char *section : {"answer", "authority", "additional"}) {
        json[section] = records_to_json(*records, section);
    }
    return json;
}

} // namespace fastpath::ctl
