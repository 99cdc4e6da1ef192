// SPDX-License-Identifier: Apache-2.0
// Story: a client, the fast path and a resolver, told step by step in virtual time. A query goes through the XDP program, the
// resolver's answer through the TC program, the ring buffer and the daemon's own learner; nothing is put into the cache by hand.
#pragma once

#include "bpf/fixture.h"
#include "bpf/ring_reader.h"
#include "daemon/filler.h"
#include "lesson.h"
#include "reply.h"

#include <initializer_list>

namespace fastpath::test {

// What a resolver says to `query`: with its id, question, RD and CD, and an OPT where it has one, or the one that `response` states.
[[nodiscard]] Octets resolver_message(const DnsQuery &query, const ResponseText &response);

class Story : public VirtualTime {
  protected:
    Story();
    ~Story() override;
    void SetUp() override;

    // Each query has an id of its own, and begins sets of records with their next one (RFC 1794). A resolver that is asked
    // answers when the story says so.
    Reply client_asks(const DnsQuery &query) { return client_asks(frame(query)); }
    Reply client_asks(Packet query);

    // The answer to the query that came to the resolver last.
    Lesson resolver_answers(const ResponseText &response);
    Lesson resolver_sends(const Octets &message); // any message, to where that query came from
    [[nodiscard]] Octets message_of(const ResponseText &response) const;

    // Both steps, where what is cached matters and not how it came there.
    void client_learns(const DnsQuery &query, const ResponseText &response);

    [[nodiscard]] uint32_t queries_at_the_resolver() const { return queries_at_the_resolver_; }

    // With what the daemon does in that time.
    void time_passes(uint32_t seconds) { time_passes_ns(seconds * FP_NSEC_PER_SEC); }
    void time_passes_ns(uint64_t ns);

    // Stopped, it neither learns nor sweeps nor gives a sign of life; hits are the programs' own doing.
    void daemon_stops() { daemon_runs_ = false; }
    void daemon_goes_on();

    // What the daemon's probes say of the resolver; a resolver that is there also takes its queries.
    void probes_say(fp_resolver_state state);

    // Hits have asked the daemon so many times to refresh an answer.
    [[nodiscard]] uint32_t refreshes_wanted() const { return refreshes_wanted_; }

    // dns-fastpathctl cache ARGUMENTS
    void operator_runs(std::initializer_list<const char *> arguments);

    void operator_sets(const CachePolicy &policy) { filler_->set_policy(policy); }
    void operator_sets(const fp_settings &settings);

    // What the daemon does beside learning and sweeping is the business of stories about that.
    virtual void take_wish(std::span<const std::byte> /*record*/) { refreshes_wanted_++; }
    virtual void run_timers() {}
    Filler &filler() { return *filler_; }
    fp_cache_counters &cache_counters() { return cache_counters_; }

  private:
    void tell_time();
    [[nodiscard]] fp_cache_counters rejects_since(const fp_cache_counters &before) const;

    fp_cache_counters cache_counters_{};
    fp_meta meta_{};
    fp_settings settings_{};
    std::optional<Filler> filler_;
    std::unique_ptr<RingReader> learned_;
    std::unique_ptr<RingReader> refreshes_;
    uint32_t refreshes_wanted_ = 0;
    bool daemon_runs_ = true;
    std::optional<Packet> at_the_resolver_;
    uint32_t queries_at_the_resolver_ = 0;
    uint16_t next_id_ = 1;
};

} // namespace fastpath::test
