// SPDX-License-Identifier: Apache-2.0
#include "reply.h"

#include "harness/difference.h"
#include "harness/expected_answer.h"
#include "same_message.h"

#include <linux/bpf.h>

namespace fastpath::test {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

ResponseText about(const DnsQuery &query, ResponseText response) {
    response.question = question_of(query);
    return response;
}

// RFC 8914 4.4, 4.20.
uint16_t stale_error(const ResponseText &response) {
    return (response.flags & FP_DNS_RCODE) == FP_RCODE_NXDOMAIN ? 19 : 3;
}

std::string outcome_text(const Effect &effect) {
    const std::optional<fp_outcome> outcome = effect.outcome();
    return std::string(verdict_name(effect.verdict)) + ", " +
           (outcome ? outcome_names[*outcome].name : "no one outcome");
}

} // namespace

std::string question_of(const DnsQuery &query) {
    return query.name + " IN TYPE" + std::to_string(query.qtype);
}

std::string Reply::fate(uint32_t verdict, fp_outcome outcome) const {
    if (effect_.verdict == verdict && effect_.outcome() == outcome) {
        return "";
    }
    return std::string("expected ") + verdict_name(verdict) + ", " + outcome_names[outcome].name + ", got " +
           outcome_text(effect_) + "\n";
}

// The message first. Then its frame is known to the last octet: addresses, ports, lengths, checksums.
AssertionResult Reply::is_answered(fp_outcome outcome, const Octets &expected) const {
    std::string text = fate(XDP_TX, outcome);
    if (text.empty()) {
        text = message_difference(expected, message());
        text += difference(reply_to(query_, message()).octets(), effect_.packet);
    }
    return text.empty() ? AssertionSuccess() : AssertionFailure() << question_of(query_.dns) << ": " << text;
}

AssertionResult Reply::hits(const ResponseText &response, uint32_t age) const {
    return is_answered(FP_OUT_hit,
                       expected_answer(query_.dns, about(query_.dns, response), age, settings_.payload_size));
}

AssertionResult Reply::is_stale(const ResponseText &response) const {
    return is_answered(FP_OUT_stale, expected_stale_answer(query_.dns, about(query_.dns, response), settings_.stale_ttl,
                                                           stale_error(response), settings_.payload_size));
}

AssertionResult Reply::is_bridged(const ResponseText &response) const {
    return is_answered(FP_OUT_hit_bridged, expected_stale_answer(query_.dns, about(query_.dns, response), 0,
                                                                 std::nullopt, settings_.payload_size));
}

AssertionResult Reply::is_truncated(const ResponseText &response) const {
    const auto flags = static_cast<uint16_t>(response.flags | FP_DNS_TC);
    return is_answered(FP_OUT_hit, expected_empty_answer(query_.dns, flags, settings_.payload_size));
}

AssertionResult Reply::is_stale_and_truncated(const ResponseText &response) const {
    ResponseText empty = {.flags = static_cast<uint16_t>(response.flags | FP_DNS_TC)};
    return is_answered(FP_OUT_stale, expected_stale_answer(query_.dns, about(query_.dns, empty), 0,
                                                           stale_error(response), settings_.payload_size));
}

Octets Reply::message() const {
    const size_t headers = reply_to(query_, Octets{}).octets().size();
    return {effect_.packet.begin() + static_cast<ptrdiff_t>(headers), effect_.packet.end()};
}

Octets Reply::records() const {
    const Octets all = message();
    return {all.begin() + FP_DNS_HEADER_LEN + static_cast<ptrdiff_t>(query_.dns.question().size()), all.end()};
}

AssertionResult Reply::passes(fp_outcome reason) const {
    const std::string text = fate(XDP_PASS, reason) + difference(query_.octets(), effect_.packet);
    return text.empty() ? AssertionSuccess() : AssertionFailure() << question_of(query_.dns) << ": " << text;
}

bool Reply::reaches_the_resolver() const {
    return effect_.verdict == XDP_PASS && effect_.outcome() != FP_OUT_other;
}

} // namespace fastpath::test
