// SPDX-License-Identifier: Apache-2.0
// Expired answers (RFC 8767) where upstreams resolve: given when none of them serves, or when the one that was asked does not answer.
#include "harness/expected_answer.h"
#include "refresh_wishes.h"
#include "steer_fixture.h"

namespace fastpath::test {
namespace {

const ResponseText www = {.answer = {"www.example.com. 60 IN A 192.0.2.1"}};
const ResponseText servfail = {.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_SERVFAIL};

class SteeredStale : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        near_ = world().add(upstream_ipv4);
        far_ = world().add("198.18.2.11", {.tier = 1});
        set_stale(FP_STALE_ON_FAILURE);
        wishes_.consume();
    }

    void set_stale(fp_stale stale) {
        fp_settings with_stale = settings();
        with_stale.stale = static_cast<uint8_t>(stale);
        with_stale.stale_max_age = 3600;
        set(with_stale);
    }

    // Each with an id of its own, so that none is a retry.
    Packet next_query() { return frame(DnsQuery{.id = next_id_++}); }

    void all_are(fp_upstream_state state) {
        world().set_state(near_, state);
        world().set_state(far_, state);
    }

    // An answer that has just expired.
    const Cached &add_expired() {
        const Cached &cached = add(www);
        pass(60);
        return cached;
    }

    Upstream near_;
    Upstream far_;
    RefreshWishes wishes_;
    uint16_t next_id_ = 1;
};

TEST_F(SteeredStale, NotWhileAnUpstreamServes) {
    add_expired();
    EXPECT_TRUE(steers(next_query(), near_));
    world().set_state(near_, FP_UPSTREAM_DOWN);
    EXPECT_TRUE(steers(next_query(), far_));
}

TEST_F(SteeredStale, WhenNoneServes) {
    const Cached &cached = add_expired();
    for (const fp_upstream_state state : {FP_UPSTREAM_DOWN, FP_UPSTREAM_UNKNOWN}) {
        all_are(state);
        EXPECT_TRUE(gives_stale(next_query(), cached));
        EXPECT_TRUE(gives_stale(frame(DnsQuery{.edns = Edns{}}), cached));
        EXPECT_TRUE(asks_local(frame(DnsQuery{.name = "other.example."}), FP_OUT_miss_no_upstream, std::nullopt));
    }
    EXPECT_EQ(wishes_.consume().size(), 1U); // the daemon may find one: of the other family, for instance
    all_are(FP_UPSTREAM_UP);
    EXPECT_TRUE(steers(next_query(), near_));
}

TEST_F(SteeredStale, WhenAllHaveUsedUpTheirBudget) {
    const Cached &cached = add_expired();
    for (const Upstream &upstream : {near_, far_}) {
        fp_upstream limited = world().get(upstream);
        limited.query_ns = limited.burst_ns = FP_NSEC_PER_SEC;
        world().set(upstream, limited);
    }
    EXPECT_TRUE(steers(next_query(), near_));
    EXPECT_TRUE(steers(next_query(), far_));
    EXPECT_TRUE(gives_stale(next_query(), cached));
}

TEST_F(SteeredStale, NotWhenSwitchedOff) {
    add_expired();
    set_stale(FP_STALE_OFF);
    all_are(FP_UPSTREAM_DOWN);
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_no_upstream, std::nullopt));
}

TEST_F(SteeredStale, NotBeyondItsMaximumAge) {
    const Cached &cached = add_expired();
    all_are(FP_UPSTREAM_DOWN);
    pass(3600 - 1);
    EXPECT_TRUE(gives_stale(next_query(), cached));
    pass(1);
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_no_upstream, std::nullopt));
}

// RFC 8767 5, the client response timer: it is asked, and does not answer in time.
TEST_F(SteeredStale, WhenTheAnswerIsOwedTooLong) {
    const Cached &cached = add_expired();
    EXPECT_TRUE(steers(next_query(), near_));
    pass(FP_ANSWER_WAIT - 1);
    EXPECT_TRUE(steers(next_query(), near_));
    pass(1);
    EXPECT_TRUE(gives_stale(next_query(), cached)); // the daemon is asked to try at once: the packet may have been lost
    EXPECT_EQ(wishes_.consume().size(), 1U);
    pass(FP_REFRESH_RETRY - 1);
    EXPECT_TRUE(gives_stale(next_query(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
    pass(1);
    EXPECT_TRUE(gives_stale(next_query(), cached)); // and again
    EXPECT_EQ(wishes_.consume().size(), 1U);
}

TEST_F(SteeredStale, AnAnswerSettlesWhatIsOwed) {
    const Cached &cached = add_expired();
    const Packet query = next_query();
    EXPECT_TRUE(steers(query, near_));
    const Steered open = steered();
    EXPECT_NE(cached.head->stale_from, 0U);
    EXPECT_TRUE(comes_home(answer_to(open, www), open));
    EXPECT_EQ(cached.head->stale_from, 0U);
    pass(FP_ANSWER_WAIT);
    EXPECT_TRUE(steers(next_query(), near_));
}

TEST_F(SteeredStale, AFailureIsOwedForGood) {
    const Cached &cached = add_expired();
    const Steered open = sends(next_query(), near_);
    EXPECT_TRUE(comes_home(answer_to(open, servfail), open)); // its client gets what it says
    EXPECT_TRUE(gives_stale(next_query(), cached));
    pass(FP_REFRESH_RETRY - 1);
    EXPECT_TRUE(gives_stale(next_query(), cached));
}

// What an answer that is not taken says is nothing.
// Unbound sends some errors without a question.
TEST_F(SteeredStale, AFailureWithoutAQuestionIsOne) {
    const Cached &cached = add_expired();
    const Steered open = sends(next_query(), near_);
    Octets header = expected_empty_answer(open.sent.dns, FP_DNS_RA | FP_RCODE_SERVFAIL);
    header.resize(FP_DNS_HEADER_LEN);
    header[5] = 0; // QDCOUNT
    EXPECT_TRUE(comes_home(answer_with(open, header), open));
    EXPECT_TRUE(gives_stale(next_query(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
}

TEST_F(SteeredStale, AForgedAnswerSettlesNothing) {
    const Cached &cached = add_expired();
    const Steered open = sends(next_query(), near_);
    const uint32_t owed = cached.head->stale_from;
    Packet forged = answer_to(open, servfail);
    (*forged.payload)[0] ^= 1;
    EXPECT_TRUE(is_left_alone(forged));
    EXPECT_EQ(cached.head->stale_from, owed);
}

// cache.stale: always. Nobody waits; the daemon asks.
TEST_F(SteeredStale, AlwaysAtOnceWithARefreshOnTheWay) {
    set_stale(FP_STALE_ALWAYS);
    const Cached &cached = add_expired();
    EXPECT_TRUE(gives_stale(next_query(), cached));
    EXPECT_EQ(wishes_.consume().size(), 1U);
    EXPECT_TRUE(gives_stale(next_query(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
    EXPECT_TRUE(SteeringWorld::flows().empty());
}

// Whatever the resolver of this host says of itself: it is not the one that is asked.
TEST_F(SteeredStale, TheResolverOfThisHostDoesNotMatter) {
    add_expired();
    fp_resolver down = resolver_now();
    down.state = FP_RESOLVER_DOWN;
    set_resolver(down);
    EXPECT_TRUE(steers(next_query(), near_));
}

TEST_F(SteeredStale, TheResolverOfThisHostAsAMember) {
    const Cached &cached = add_expired();
    all_are(FP_UPSTREAM_DOWN);
    const Upstream local = world().add_local();
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_local, local));
    fp_resolver down = resolver_now();
    down.state = FP_RESOLVER_DOWN;
    set_resolver(down);
    EXPECT_TRUE(gives_stale(next_query(), cached));
}

// Then the resolver of this host is asked for all, and what holds is what is known of that one.
TEST_F(SteeredStale, WithoutADaemon) {
    const Cached &cached = add_expired();
    all_are(FP_UPSTREAM_DOWN);
    set_heartbeat(now_ns() - FP_HEARTBEAT_MAX_AGE_NS);
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_no_daemon, std::nullopt));
    advance(FP_ANSWER_WAIT);
    EXPECT_TRUE(
        asks_local(next_query(), FP_OUT_miss_no_daemon, std::nullopt)); // which has said nothing, and is tried once
    EXPECT_TRUE(gives_stale(next_query(), cached));
}

// For a client with a larger buffer it is a miss as long as somebody serves.
TEST_F(SteeredStale, AFreshOneForAnotherSizeOfBuffer) {
    add(www, {.limit = 512});
    EXPECT_TRUE(steers(frame(DnsQuery{.edns = Edns{}}), near_));
}

} // namespace
} // namespace fastpath::test
