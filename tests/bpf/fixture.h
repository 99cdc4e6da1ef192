// SPDX-License-Identifier: Apache-2.0
// FastPath: the fixture of the XDP program. A test says what the cache holds and how old it is, gives a packet, and asserts
// verdict, outcome and the whole packet that comes out.
//
// FastPath runs the product's program, and every answer is new, however long the test takes: each run sets `born` anew.
// VirtualTime runs the same source with a clock of its own, which stands still but for advance().
#pragma once

#include "bpf/counter_map.h"
#include "controlled.h"
#include "harness/packet.h"
#include "loaded.h"
#include "steer_world.h"
#include "world.h"

#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <optional>

namespace fastpath::test {

// An answer in the cache.
struct Cached {
    ResponseText response;
    fp_answer *head; // as it lies in its slot
};

// What a packet has to become.
struct Expected {
    uint32_t verdict;
    fp_outcome outcome;
    Octets packet;
    std::optional<uint16_t> rcode{}; // of an answer that was given
    bool truncated = false;
};

// What one packet did.
struct Effect {
    uint32_t verdict;
    Octets packet;
    fp_counters counted;
    [[nodiscard]] std::optional<fp_outcome> outcome() const; // the one that was counted; none unless exactly one was
    [[nodiscard]] std::string text() const;                  // "XDP_TX, hit"
};

class FastPath : public ::testing::Test {
  public:
    // Puts the answer that a resolver gave just now into the cache, by the product's own fill path.
    const Cached &add(const ResponseText &response, const Asked &asked = {});

    // For answers that no fill path would make.
    [[nodiscard]] Entry entry_for(const ResponseText &response, const Asked &asked = {}) const;
    const Cached &insert(const Entry &entry, const ResponseText &response);

    void forget(); // all answers
    void set(const fp_settings &settings);
    void set_acl_action(fp_acl_action action);
    [[nodiscard]] const fp_settings &settings() const { return settings_; }
    SteeringWorld &steering(); // there is none until a test wants one

    [[nodiscard]] Effect run(const Octets &packet);

    // The assertions. Each runs the packet once.
    ::testing::AssertionResult answers(const Packet &query, const Cached &cached);
    // The same for an entry whose names were written out so that its records can be turned: equal once ldns has compressed
    // them again, and right in every length and sum.
    ::testing::AssertionResult answers_written_out(const Packet &query, const Cached &cached);
    // Whatever the answer is.
    ::testing::AssertionResult hits(const Packet &query, fp_outcome outcome = FP_OUT_hit);
    // Past its lifetime: every TTL is stale_ttl, and the OPT, where there is one, says `info_code` (none: nothing).
    ::testing::AssertionResult gives_stale(const Packet &query, const Cached &cached,
                                           std::optional<uint16_t> info_code = FP_EDE_STALE);
    ::testing::AssertionResult bridges(const Packet &query, const Cached &cached); // with TTL 0
    ::testing::AssertionResult truncates(const Packet &query, const Cached &cached);
    ::testing::AssertionResult refuses(const Packet &query);
    ::testing::AssertionResult passes(const Packet &packet, fp_outcome outcome);
    ::testing::AssertionResult misses(const Packet &packet) { return passes(packet, FP_OUT_miss_local); }
    ::testing::AssertionResult drops(const Packet &packet, fp_outcome outcome);

    [[nodiscard]] static uint8_t bits_of(const DnsQuery &query); // FP_QUERY_*
    [[nodiscard]] fp_key key_of_query(const DnsQuery &query, uint16_t view = default_view) const;
    [[nodiscard]] Loaded &loaded() const { return Loaded::instance(); }

    // Leaves the product's program for the controlled one.
    void set_room(Room room);
    [[nodiscard]] uint64_t now_ns() const;

  protected:
    void SetUp() override;

    void set_clock(uint64_t ns);

    // What is not as expected, in words; `qtype` is counted where a question was read.
    [[nodiscard]] static std::string mismatch(const Effect &actual, const Expected &expected, uint16_t qtype);

  private:
    ::testing::AssertionResult becomes(const Packet &packet, const Expected &expected);
    [[nodiscard]] uint32_t age_of(const Cached &cached) const;
    void make_new();

    std::deque<Cached> cached_; // references stay good
    fp_settings settings_{};
    std::unique_ptr<SteeringWorld> steering_;
    std::optional<uint64_t> clock_; // none: the kernel's
};

class VirtualTime : public FastPath {
  protected:
    void SetUp() override;
    void advance(uint32_t seconds) { advance_ns(seconds * FP_NSEC_PER_SEC); }
    void advance_ns(uint64_t ns) { set_clock(now_ns() + ns); }
};

[[nodiscard]] fp_counters counters_now();
[[nodiscard]] fp_counters operator-(const fp_counters &after, const fp_counters &before);
[[nodiscard]] const char *verdict_name(uint32_t verdict);

} // namespace fastpath::test
