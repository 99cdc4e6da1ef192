// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include "harness/difference.h"
#include "harness/expected_answer.h"
#include "harness/program_run.h"
#include "map_element.h"
#include "open_queries.h"

#include <algorithm>
#include <array>
#include <linux/bpf.h>
#include <numeric>
#include <span>
#include <stdexcept>

namespace fastpath::test {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

std::span<const __u64> words_of(const fp_counters &counters) {
    return {reinterpret_cast<const __u64 *>(&counters), sizeof(counters) / sizeof(__u64)};
}

uint64_t sum_of(std::span<const __u64> words) {
    return std::accumulate(words.begin(), words.end(), uint64_t{0});
}

// Outcomes of a question that was read to its end, whose type is counted.
bool is_about_a_question(fp_outcome outcome) {
    const fp_result result = outcome_names[outcome].result;
    return result == FP_RESULT_hit || result == FP_RESULT_stale || result == FP_RESULT_miss ||
           outcome == FP_OUT_pass_partial || outcome == FP_OUT_pass_no_room || outcome == FP_OUT_drop_internal;
}

std::string outcomes_text(const fp_counters &counted) {
    std::string text;
    for (size_t i = 0; i < FP_OUT_COUNT; i++) {
        for (uint64_t n = outcome_count(counted, static_cast<fp_outcome>(i)); n > 0; n--) {
            text += text.empty() ? "" : ", ";
            text += outcome_names[i].name;
        }
    }
    return text.empty() ? "nothing" : text;
}

// RCODE, truncation and type are counted for the same packets as the outcomes are.
std::string side_counters_text(const Effect &effect, const Expected &expected, uint16_t qtype) {
    const fp_counters &counted = effect.counted;
    const uint64_t rcodes = expected.rcode ? 1 : 0;
    std::string text;
    if (sum_of(counted.rcode) != rcodes || (expected.rcode && counted.rcode[*expected.rcode] != 1)) {
        text += "counter rcode is wrong\n";
    }
    if (counted.truncated != (expected.truncated ? 1U : 0U)) {
        text += "counter truncated went up by " + std::to_string(counted.truncated) + "\n";
    }
    const uint64_t of_this_type = qtype < FP_QTYPES_COUNTED ? counted.qtype[qtype] : counted.qtype_other;
    const uint64_t types = sum_of(counted.qtype) + counted.qtype_other;
    const uint64_t expected_types = is_about_a_question(expected.outcome) ? 1 : 0;
    if (types != expected_types || of_this_type != expected_types) {
        text += "counter qtype is wrong\n";
    }
    return text;
}

// The longest query there is: what is left of it in scratch memory is of no test's packet.
Packet other_query() {
    const std::string label(61, 'Z');
    return frame(Ipv6{}, DnsQuery{.id = 0xffff,
                                  .flags = FP_DNS_RD | FP_DNS_AD | FP_DNS_CD,
                                  .name = label + "." + label + "." + label + "." + label + ".zzzzz.",
                                  .qtype = 65535,
                                  .edns = Edns{.udp_size = 65535, .flags = 0xffff}});
}

} // namespace

fp_counters counters_now() {
    const Result<fp_counters> counters = read_counters(Loaded::instance().programs.map("counters"));
    if (!counters) {
        throw std::runtime_error(counters.error().message);
    }
    return *counters;
}

fp_counters operator-(const fp_counters &after, const fp_counters &before) {
    fp_counters difference = {};
    const std::span<const __u64> a = words_of(after);
    const std::span<const __u64> b = words_of(before);
    std::transform(a.begin(), a.end(), b.begin(), reinterpret_cast<__u64 *>(&difference), std::minus<>());
    return difference;
}

const char *verdict_name(uint32_t verdict) {
    constexpr std::array names{"XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT"};
    return verdict < names.size() ? names[verdict] : "no verdict";
}

std::optional<fp_outcome> Effect::outcome() const {
    const auto outcomes = words_of(counted).first(FP_OUT_COUNT);
    if (sum_of(outcomes) != 1) {
        return std::nullopt;
    }
    return static_cast<fp_outcome>(std::find(outcomes.begin(), outcomes.end(), 1U) - outcomes.begin());
}

std::string Effect::text() const {
    return std::string(verdict_name(verdict)) + ", " + outcomes_text(counted);
}

void FastPath::SetUp() {
    forget();
    set(default_settings());
    set_addresses();
    (void)run(other_query().octets());
    set_resolver({});
    remove_all_elements<fp_addr>("client_rates");
    forget_open_queries();
}

void FastPath::set(const fp_settings &settings) {
    settings_ = settings;
    set_settings(settings);
}

void FastPath::set_acl_action(fp_acl_action action) {
    fp_settings settings = settings_;
    settings.acl_action = static_cast<uint8_t>(action);
    set(settings);
}

SteeringWorld &FastPath::steering() {
    if (!steering_) {
        steering_ = std::make_unique<SteeringWorld>();
    }
    return *steering_;
}

Entry FastPath::entry_for(const ResponseText &response, const Asked &asked) const {
    return make_entry(response, asked, now_ns());
}

const Cached &FastPath::insert(const Entry &entry, const ResponseText &response) {
    return cached_.emplace_back(Cached{response, insert_entry(entry)});
}

const Cached &FastPath::add(const ResponseText &response, const Asked &asked) {
    return insert(entry_for(response, asked), response);
}

void FastPath::forget() {
    cached_.clear();
    loaded().table.remove_if([](const StoredAnswer &) { return true; });
}

void FastPath::set_clock(uint64_t ns) {
    clock_ = ns;
    Controlled::instance().set_clock(ns);
}

void FastPath::set_room(Room room) {
    set_clock(now_ns());
    Controlled::instance().set_room(room);
}

uint64_t FastPath::now_ns() const {
    return clock_ ? *clock_ : coarse_now_ns();
}

uint32_t FastPath::age_of(const Cached &cached) const {
    return clock_ ? static_cast<uint32_t>((*clock_ - cached.head->born) / FP_NSEC_PER_SEC) : 0;
}

void FastPath::make_new() {
    for (const Cached &cached : cached_) {
        cached.head->born = now_ns();
    }
}

Effect FastPath::run(const Octets &packet) {
    const fp_counters before = counters_now();
    if (!clock_) {
        make_new();
    }
    const ProgramRun result =
        run_xdp(clock_ ? Controlled::instance().fastpath() : loaded().programs.fastpath(), packet);
    return {result.verdict, result.packet, counters_now() - before};
}

std::string FastPath::mismatch(const Effect &actual, const Expected &expected, uint16_t qtype) {
    std::string text;
    if (actual.verdict != expected.verdict) {
        text += std::string("verdict: expected ") + verdict_name(expected.verdict) + ", got " +
                verdict_name(actual.verdict) + "\n";
    }
    if (actual.outcome() != expected.outcome) {
        text += std::string("outcome: expected ") + outcome_names[expected.outcome].name + ", got " +
                outcomes_text(actual.counted) + "\n";
    } else {
        text += side_counters_text(actual, expected, qtype);
    }
    if (expected.verdict != XDP_DROP && actual.packet != expected.packet) {
        text += "packet:\n" + difference(expected.packet, actual.packet);
    }
    return text;
}

AssertionResult FastPath::becomes(const Packet &packet, const Expected &expected) {
    const std::string text = mismatch(run(packet.octets()), expected, packet.dns.qtype);
    return text.empty() ? AssertionSuccess() : AssertionFailure() << text;
}

AssertionResult FastPath::answers(const Packet &query, const Cached &cached) {
    const Octets message = expected_answer(query.dns, cached.response, age_of(cached), settings_.payload_size);
    return becomes(query, {.verdict = XDP_TX,
                           .outcome = FP_OUT_hit,
                           .packet = reply_to(query, message).octets(),
                           .rcode = cached.response.flags & FP_DNS_RCODE});
}

AssertionResult FastPath::answers_written_out(const Packet &query, const Cached &cached) {
    const Effect actual = run(query.octets());
    if (actual.outcome() != FP_OUT_hit) {
        return AssertionFailure() << outcomes_text(actual.counted);
    }
    const size_t message_at = reply_to(query, {}).octets().size();
    const Octets message(actual.packet.begin() + static_cast<std::ptrdiff_t>(message_at), actual.packet.end());
    const Octets expected = expected_answer(query.dns, cached.response, age_of(cached), settings_.payload_size);
    std::string text;
    if (compressed(message) != compressed(expected)) {
        text += "message: expected " + to_hex(compressed(expected)) + "\ngot " + to_hex(compressed(message)) + "\n";
    }
    if (actual.packet != reply_to(query, message).octets()) {
        text += "packet:\n" + difference(reply_to(query, message).octets(), actual.packet);
    }
    return text.empty() ? AssertionSuccess() : AssertionFailure() << text;
}

AssertionResult FastPath::gives_stale(const Packet &query, const Cached &cached, std::optional<uint16_t> info_code) {
    const Octets message =
        expected_stale_answer(query.dns, cached.response, settings_.stale_ttl, info_code, settings_.payload_size);
    return becomes(query, {.verdict = XDP_TX,
                           .outcome = FP_OUT_stale,
                           .packet = reply_to(query, message).octets(),
                           .rcode = cached.response.flags & FP_DNS_RCODE});
}

AssertionResult FastPath::bridges(const Packet &query, const Cached &cached) {
    const Octets message = expected_stale_answer(query.dns, cached.response, 0, std::nullopt, settings_.payload_size);
    return becomes(query, {.verdict = XDP_TX,
                           .outcome = FP_OUT_hit_bridged,
                           .packet = reply_to(query, message).octets(),
                           .rcode = cached.response.flags & FP_DNS_RCODE});
}

AssertionResult FastPath::hits(const Packet &query, fp_outcome outcome) {
    const Effect effect = run(query.octets());
    if (effect.verdict != XDP_TX || effect.outcome() != outcome) {
        return AssertionFailure() << effect.text();
    }
    return AssertionSuccess();
}

// TC=1 and no records; the rest of the header is that of the answer.
AssertionResult FastPath::truncates(const Packet &query, const Cached &cached) {
    const auto flags = static_cast<uint16_t>(cached.response.flags | FP_DNS_TC);
    const Octets message = expected_empty_answer(query.dns, flags, settings_.payload_size);
    return becomes(query, {.verdict = XDP_TX,
                           .outcome = FP_OUT_hit,
                           .packet = reply_to(query, message).octets(),
                           .rcode = cached.response.flags & FP_DNS_RCODE,
                           .truncated = true});
}

AssertionResult FastPath::refuses(const Packet &query) {
    const Octets message = expected_empty_answer(query.dns, FP_DNS_RA | FP_RCODE_REFUSED, settings_.payload_size);
    return becomes(query, {.verdict = XDP_TX,
                           .outcome = FP_OUT_refused,
                           .packet = reply_to(query, message).octets(),
                           .rcode = FP_RCODE_REFUSED});
}

AssertionResult FastPath::passes(const Packet &packet, fp_outcome outcome) {
    return becomes(packet, {.verdict = XDP_PASS, .outcome = outcome, .packet = packet.octets()});
}

AssertionResult FastPath::drops(const Packet &packet, fp_outcome outcome) {
    return becomes(packet, {.verdict = XDP_DROP, .outcome = outcome, .packet = {}});
}

void VirtualTime::SetUp() {
    FastPath::SetUp();
    Controlled::instance().set_room({});
    set_clock(1'000'000 * FP_NSEC_PER_SEC + 123'456'789);
}

uint8_t FastPath::bits_of(const DnsQuery &query) {
    const bool has_do = query.edns && (query.edns->flags & FP_EDNS_DO) != 0;
    return static_cast<uint8_t>((has_do ? FP_QUERY_DO : 0) | (query.flags & FP_DNS_CD ? FP_QUERY_CD : 0) |
                                (query.flags & FP_DNS_AD ? FP_QUERY_AD : 0));
}

fp_key FastPath::key_of_query(const DnsQuery &query, uint16_t view) const {
    const Octets name = query.name_octets();
    return key_of(expand_name(name, 0), query.qtype, bits_of(query), view, loaded().hash_key);
}

} // namespace fastpath::test
