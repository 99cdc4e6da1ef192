// SPDX-License-Identifier: Apache-2.0
#include "ctl/explanation.h"

#include "bpf/counter_map.h"
#include "ctl/records.h"
#include "ctl/verdict.h"
#include "dns/byte_order.h"
#include "dns/name.h"
#include "dns/type_text.h"
#include "metrics/dns_labels.h"

#include <dns_fastpath/dns_wire.h>

namespace fastpath::ctl {

namespace {

const OutcomeName &name_of(uint32_t outcome) {
    return outcome_names.at(std::min<size_t>(outcome, outcome_names.size() - 1));
}

bool was_read(const fp_explanation &record) {
    return record.name_len != 0;
}

std::string seconds(uint64_t count) {
    return std::to_string(count) + " s";
}

ExplainStep about_address(const ExplainedQuery &explained) {
    const std::string server = to_string(explained.query.server);
    return {"address", explained.is_listener
                           ? server + " is a listen address"
                           : server + " is no listen address: nothing that is sent to it is looked at"};
}

ExplainStep about_client(const ExplainedQuery &explained) {
    const std::string client = to_string(explained.query.client);
    const std::string rule = explained.rule ? to_string(*explained.rule) : "";
    if (explained.record.from_upstream != 0) {
        return {"client", client + " is an upstream itself: what it asks is not sent on to an upstream"};
    }
    if (explained.is_allowed) {
        return {"client", client + " may ask: the longest prefix that covers it is " + rule};
    }
    return {"client", client + " may not ask: " +
                          (rule.empty() ? "no prefix of acl.allow covers it"
                                        : rule + " covers it, which acl.allow does not have")};
}

std::string bits_of(const fp_explanation &record) {
    std::string bits;
    for (const auto &[bit, name] : {std::pair(FP_QUERY_DO, " DO"), {FP_QUERY_CD, " CD"}, {FP_QUERY_AD, " AD"}}) {
        bits += (record.query_bits & bit) != 0 ? name : "";
    }
    return bits.empty() ? "plain" : "with" + bits;
}

ExplainStep about_question(const ExplainedQuery &explained) {
    const fp_explanation &record = explained.record;
    return {"question", name_to_text(explained.query.name) + " " + type_to_text(record.qtype) + ", " + bits_of(record) +
                            ", " + (record.has_opt != 0 ? "EDNS" : "no EDNS") + ", takes " +
                            std::to_string(record.limit) + " octets; view " + explained.view + ", pool " +
                            explained.pool + " by client and listen address"};
}

std::string freshness(const fp_explanation &record) {
    const fp_answer &entry = record.entry;
    if (entry.lifetime == 0) {
        return "which was flushed: it gives no answer";
    }
    if (record.entry_age < entry.lifetime) {
        return "fresh for " + seconds(entry.lifetime - record.entry_age) + " more";
    }
    return "expired " + seconds(record.entry_age - entry.lifetime) + " ago";
}

ExplainStep about_cache(const fp_explanation &record) {
    if (record.has_entry == 0) {
        return {"cache", "no answer for this question in this view"};
    }
    std::string text = rcode_label(record.entry.flags & FP_DNS_RCODE) + " with " +
                       std::to_string(record.entry.ancount) + " records in the answer section, " +
                       seconds(record.entry_age) + " old, " + freshness(record);
    if (record.entry_age >= record.entry.refresh_at && record.entry.refresh_at != FP_REFRESH_NEVER) {
        text += "; a hit asks for its refresh";
    }
    return {"cache", text};
}

ExplainStep about_resolver(const fp_explanation &record) {
    const std::string daemon =
        record.daemon_alive != 0 ? "the daemon is alive" : "the daemon has been dead for too long to believe its word";
    return {"resolver", daemon + "; the resolver on this host " +
                            (record.resolver_gone != 0 ? "seems to be gone: stale answers may be given" : "is there")};
}

std::string zone_of(const ExplainedQuery &explained) {
    const WireName &name = explained.query.name;
    const size_t zone_len = std::min<size_t>(explained.record.zone_len, name.size());
    return name_to_text(std::span(name).last(zone_len));
}

ExplainStep about_route(const ExplainedQuery &explained) {
    if (explained.record.zone_len == 0) {
        return {"route", "no zone in routes claims the name: pool " + explained.way_pool};
    }
    return {"route", "the zone " + zone_of(explained) + " in routes claims the name: pool " + explained.way_pool};
}

std::string upstream_text(const ExplainedQuery &explained) {
    const fp_explanation &record = explained.record;
    std::string text = explained.upstream + ", by consistent hashing on the name among those of " +
                       (record.upstream_tier == 0 ? "this availability zone" : "other availability zones");
    if (record.attempt != 0) {
        text += "; attempt " + std::to_string(record.attempt + 1) + " of this client";
    }
    const IpAddress source = IpAddress::from_abi(record.source);
    return source == IpAddress() ? text : text + "; asked from " + to_string(source);
}

ExplainStep about_upstream(const ExplainedQuery &explained) {
    const fp_explanation &record = explained.record;
    if (record.upstream != FP_UPSTREAM_NONE && !explained.upstream.empty()) {
        const bool stays = record.way_outcome != FP_OUT_miss_steered && record.way_outcome != FP_OUT_miss_local;
        return {"upstream",
                upstream_text(explained) + (stays ? std::string("; but ") + name_of(record.way_outcome).help : "")};
    }
    return {"upstream", std::string("none: ") + name_of(record.way_outcome).help};
}

std::string verdict_text(const ExplainedQuery &explained) {
    switch (explained.record.verdict) {
    case XDP_TX:
        return "the packet leaves by the interface that it came in by";
    case XDP_REDIRECT:
        return "the packet leaves by " + explained.egress;
    case XDP_DROP:
        return "the packet ends here";
    default:
        return "the packet goes on to the kernel, and to whoever listens there";
    }
}

ExplainStep about_outcome(const ExplainedQuery &explained) {
    const OutcomeName &outcome = name_of(explained.record.outcome);
    return {"outcome", std::string(outcome.name) + ": " + outcome.help + "; " + verdict_text(explained) + " (" +
                           verdict_name(explained.record.verdict) + ")"};
}

// The answer that the client gets from here; empty where it gets none.
std::span<const uint8_t> answer_of(const ExplainedQuery &explained) {
    const fp_result result = name_of(explained.record.outcome).result;
    const bool is_answered = result == FP_RESULT_hit || result == FP_RESULT_stale || result == FP_RESULT_refused;
    const std::span<const uint8_t> message = is_answered ? message_in(explained.packet) : std::span<const uint8_t>();
    return message.size() >= FP_DNS_HEADER_LEN ? message : std::span<const uint8_t>();
}

void print_answer(std::ostream &stream, std::span<const uint8_t> message) {
    const uint16_t flags = load_be16(message, offsetof(fp_dns_header, flags));
    stream << "\nthe answer: " << rcode_label(flags & FP_DNS_RCODE) << ((flags & FP_DNS_TC) != 0 ? ", truncated" : "")
           << ", " << message.size() << " octets\n";
    const Result<std::vector<Record>> records = read_records(message);
    if (!records) {
        stream << "no records shown: " << records.error().message << '\n';
        return;
    }
    for (const Record &record : *records) {
        stream << record.name << '\t' << record.ttl << '\t' << record.rclass << '\t' << record.type << '\t'
               << record.data
               << (record.section == std::string_view("answer") ? "" : std::string("\t; ") + record.section) << '\n';
    }
}

Json answer_to_json(std::span<const uint8_t> message) {
    if (message.empty()) {
        return nullptr;
    }
    const uint16_t flags = load_be16(message, offsetof(fp_dns_header, flags));
    Json records = Json::array();
    for (const Record &record : read_records(message).value_or(std::vector<Record>())) {
        records.push_back({{"section", record.section},
                           {"name", record.name},
                           {"ttl", record.ttl},
                           {"class", record.rclass},
                           {"type", record.type},
                           {"data", record.data}});
    }
    return {{"rcode", rcode_label(flags & FP_DNS_RCODE)},
            {"truncated", (flags & FP_DNS_TC) != 0},
            {"octets", message.size()},
            {"records", records}};
}

} // namespace

std::vector<ExplainStep> steps_of(const ExplainedQuery &explained) {
    const fp_explanation &record = explained.record;
    std::vector<ExplainStep> steps = {about_address(explained)};
    if (explained.is_listener) {
        steps.push_back(about_client(explained));
    }
    if (was_read(record)) {
        steps.push_back(about_question(explained));
    }
    if (was_read(record) && explained.is_allowed) {
        steps.push_back(about_cache(record));
        if (record.has_entry == 0 || record.entry_age >= record.entry.lifetime) {
            steps.push_back(about_resolver(record));
        }
    }
    if (record.way_chosen != 0) {
        steps.push_back(about_route(explained));
        steps.push_back(about_upstream(explained));
    }
    steps.push_back(about_outcome(explained));
    return steps;
}

void print_explanation(Output &output, const ExplainedQuery &explained) {
    std::vector<Row> rows;
    for (const ExplainStep &step : steps_of(explained)) {
        rows.push_back({step.about, step.text});
    }
    print_table(output, rows);
    if (const std::span<const uint8_t> answer = answer_of(explained); !answer.empty()) {
        print_answer(output.stream, answer);
    }
}

Json to_json(const ExplainedQuery &explained) {
    const OutcomeName &outcome = name_of(explained.record.outcome);
    Json steps = Json::array();
    for (const ExplainStep &step : steps_of(explained)) {
        steps.push_back({{"about", step.about}, {"text", step.text}});
    }
    return {{"name", name_to_text(explained.query.name)},
            {"type", type_to_text(explained.query.qtype)},
            {"client", to_string(explained.query.client)},
            {"server", to_string(explained.query.server)},
            {"outcome", outcome.name},
            {"result", result_names.at(outcome.result).name},
            {"verdict", verdict_name(explained.record.verdict)},
            {"upstream", explained.record.way_chosen != 0 && !explained.upstream.empty() ? Json(explained.upstream)
                                                                                         : Json(nullptr)},
            {"steps", steps},
            {"answer", answer_to_json(answer_of(explained))}};
}

} // namespace fastpath::ctl
