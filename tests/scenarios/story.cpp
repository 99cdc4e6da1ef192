// SPDX-License-Identifier: Apache-2.0
#include "story.h"

#include "cache/answer_reader.h"
#include "clock.h"
#include "ctl/command_line.h"
#include "ctl/selection.h"
#include "dns/byte_order.h"
#include "harness/program_run.h"
#include "harness/value_or_throw.h"

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace fastpath::test {
namespace {

// Stories begin 20 ms into a second of the wall clock, so that what is learned at its first moment is a whole number of seconds
// old after a whole number of seconds (userspace/cache/born.h).
constexpr uint64_t story_begins_ns = 1'000'000 * FP_NSEC_PER_SEC;
constexpr uint64_t wall_offset_ns = 1'900'000'000 * FP_NSEC_PER_SEC + 20'000'000;

} // namespace

Octets resolver_message(const DnsQuery &query, const ResponseText &response) {
    constexpr uint16_t copied = FP_DNS_RD | FP_DNS_CD;
    ResponseText text = response;
    text.question = question_of(query);
    text.flags = static_cast<uint16_t>((text.flags & ~copied) | (query.flags & copied));
    if (!text.opt && query.edns) {
        text.opt = OptText{.flags = static_cast<uint16_t>(query.edns->flags & FP_EDNS_DO)};
    }
    Octets message = to_wire(text);
    const Octets question = query.question();
    store_be16(message, 0, query.id);
    std::copy(question.begin(), question.end(), message.begin() + FP_DNS_HEADER_LEN);
    return message;
}

Story::Story() = default;

Story::~Story() {
    release_clocks();
}

void Story::SetUp() {
    filler_.emplace(loaded().table, CachePolicy{}, cache_counters_, meta_);
    learned_ = value_or_throw(RingReader::open(loaded().programs.map("learned"), "learned",
                                               [this](std::span<const std::byte> record) { filler_->fill(record); }));
    refreshes_ = value_or_throw(RingReader::open(loaded().programs.map("refreshes"), "refreshes",
                                                 [this](std::span<const std::byte> record) { take_wish(record); }));
    // What an earlier story may have left.
    learned_->consume();
    refreshes_->consume();
    refreshes_wanted_ = 0;

    VirtualTime::SetUp();
    operator_sets(default_settings());
    set_clock(story_begins_ns);
    set_resolver({});
    tell_time();
}

void Story::tell_time() {
    set_clocks(now_ns(), wall_offset_ns);
    if (daemon_runs_) {
        show_life(now_ns());
    }
}

void Story::probes_say(fp_resolver_state state) {
    fp_resolver resolver = resolver_now();
    resolver.state = state;
    resolver.takes_queries = state == FP_RESOLVER_UP || state == FP_RESOLVER_RECOVERING ? 1 : 0;
    set_resolver(resolver);
    tell_time();
}

Reply Story::client_asks(Packet query) {
    query.dns.id = next_id_++;
    Controlled::instance().set_random(query.dns.id);
    Reply reply(query, run(query.octets()), settings_);
    if (reply.reaches_the_resolver()) {
        at_the_resolver_ = std::move(query);
        queries_at_the_resolver_++;
    }
    if (daemon_runs_) {
        refreshes_->consume();
    }
    return reply;
}

Octets Story::message_of(const ResponseText &response) const {
    if (!at_the_resolver_) {
        throw std::logic_error("nobody has asked the resolver");
    }
    return resolver_message(at_the_resolver_->dns, response);
}

Lesson Story::resolver_answers(const ResponseText &response) {
    return resolver_sends(message_of(response));
}

Lesson Story::resolver_sends(const Octets &message) {
    const fp_counters before = counters_now();
    const uint64_t fills_before = loaded().table.counters().fills;
    const fp_cache_counters rejected_before = cache_counters_;
    (void)run_tc(Controlled::instance().learn(), reply_to(at_the_resolver_.value(), message).octets());
    if (daemon_runs_) {
        learned_->consume();
    }
    return {counters_now() - before, rejects_since(rejected_before), loaded().table.counters().fills - fills_before};
}

fp_cache_counters Story::rejects_since(const fp_cache_counters &before) const {
    fp_cache_counters since = {};
    for (size_t reason = 0; reason < fill_reject_count; reason++) {
        FP_COUNTER_REJECT(&since, reason) =
            FP_COUNTER_REJECT(&cache_counters_, reason) - FP_COUNTER_REJECT(&before, reason);
    }
    return since;
}

void Story::client_learns(const DnsQuery &query, const ResponseText &response) {
    ASSERT_TRUE(client_asks(query).misses());
    ASSERT_TRUE(resolver_answers(response).is_kept());
}

void Story::time_passes_ns(uint64_t ns) {
    advance_ns(ns);
    tell_time();
    if (daemon_runs_) {
        loaded().table.sweep(now_ns(), bucket_count);
        loaded().table.reclaim();
        run_timers();
    }
}

void Story::daemon_goes_on() {
    daemon_runs_ = true;
    tell_time();
    learned_->consume();
    refreshes_->consume();
}

// As userspace/ctl/cache_commands.cpp does it, but on maps that are not pinned.
void Story::operator_runs(std::initializer_list<const char *> arguments) {
    std::vector<const char *> argv{"dns-fastpathctl", "cache"};
    argv.insert(argv.end(), arguments);
    const auto asked = ctl::parse_command_line(static_cast<int>(argv.size()), argv.data(), std::cerr, std::cerr);
    if (!asked || asked->command != ctl::cache_flush) {
        throw std::invalid_argument("not a flush");
    }
    meta_.flushed_ns = now_ns();
    for_each_answer(loaded().maps, [&](AnswerCopy &answer) {
        if (ctl::is_selected(*asked, answer.name(), answer.head().qtype)) {
            answer.flush();
        }
    });
}

void Story::operator_sets(const fp_settings &settings) {
    settings_ = settings;
    set(settings);
    loaded().table.set_stale_max_age(settings.stale == FP_STALE_OFF ? 0 : settings.stale_max_age);
}

} // namespace fastpath::test
