// SPDX-License-Identifier: Apache-2.0
#include "daemon/refresher.h"

#include "cache/age.h"
#include "util/clock.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <spdlog/spdlog.h>
#include <type_traits>

namespace fastpath {

namespace {

using namespace std::chrono_literals;

// Longer than a resolver takes for nearly every name; what takes longer it will have cached when it is asked the next time.
constexpr auto answer_timeout = 4s;

OwnQuery question_of(const StoredAnswer &answer) {
    const fp_answer &head = *answer.head;
    const auto name = answer.front.first(head.name_len);
    return {.name = WireName(name.begin(), name.end()),
            .type = head.qtype,
            .bits = head.query_bits,
            .payload_size = head.limit};
}

// It was flushed, or renewed by a client's query meanwhile.
bool needs_no_refresh(const fp_answer &answer, uint64_t now_ns) {
    return answer.lifetime == 0 || age_of(answer, now_ns) < refresh_age(answer.lifetime);
}

template <class T> void store_relaxed(T &field, std::type_identity_t<T> value) {
    std::atomic_ref<T>(field).store(value, std::memory_order_relaxed);
}

void add_one(__u64 &counter) {
    std::atomic_ref<__u64>(counter).fetch_add(1, std::memory_order_relaxed);
}

} // namespace

Result<std::unique_ptr<Refresher>> Refresher::create(AnswerTable &table, Filler &filler, fp_cache_counters &counters,
                                                     PoolName pool_name, Server server) {
    Result<DeadlineTimer> timer = DeadlineTimer::create();
    if (!timer) {
        return tl::unexpected(timer.error());
    }
    Result<QueryClient> client = QueryClient::create(RefreshLimits().in_flight);
    if (!client) {
        return tl::unexpected(client.error());
    }
    return std::unique_ptr<Refresher>(new Refresher(table, filler, counters, std::move(pool_name), std::move(server),
                                                    std::move(*timer), std::move(*client)));
}

Result<> Refresher::join(EventLoop &loop) {
    const Result<> joined = loop.on_readable(timer_.poll_fd(), [this] { run(); });
    return joined ? loop.on_readable(client_.poll_fd(), [this] { client_.on_ready(); }) : joined;
}

void Refresher::start_over() {
    schedule_.end_holds(monotonic_ns());
    run();
}

void Refresher::count(fp_refresh_result result) {
    add_one(FP_COUNTER_REFRESH(&counters_, static_cast<size_t>(result)));
}

void Refresher::want(std::span<const std::byte> record) {
    fp_refresh wish;
    if (record.size() < sizeof(wish)) {
        return;
    }
    std::memcpy(&wish, record.data(), sizeof(wish));
    const std::optional<StoredAnswer> answer = table_.find_stored(wish.key);
    if (!answer || needs_no_refresh(*answer->head, monotonic_ns())) {
        return;
    }
    if (!schedule_.request(wish.key, monotonic_ns(), {.pool = pool_name_(wish.pool), .is_ipv6 = wish.is_ipv6 != 0})) {
        return count(FP_REFRESH_dropped);
    }
    bridge(wish.key, *answer->head);
}

void Refresher::run() {
    timer_.drain();
    const uint64_t now = monotonic_ns();
    while (schedule_.due_ns() <= now) {
        const std::optional<fp_key> key = schedule_.next(now);
        if (!key) {
            break;
        }
        ask(*key, now);
    }
    timer_.arm(schedule_.due_ns());
}

void Refresher::ask(const fp_key &key, uint64_t now_ns) {
    const std::optional<StoredAnswer> answer = table_.find_stored(key);
    if (!answer || needs_no_refresh(*answer->head, now_ns)) {
        return schedule_.forget(key);
    }
    const std::optional<SocketAddress> server =
        server_(answer->front.first(answer->head->name_len), schedule_.asker_of(key));
    if (!server) {
        return schedule_.failed(key, now_ns); // until somebody is back, see start_over()
    }
    const fp_learned query = {.key = key,
                              .seen_ns = now_ns, // when it was asked: its TTLs were not given before
                              .len = 0,
                              .limit = answer->head->limit,
                              .view = answer->head->view,
                              .query_bits = answer->head->query_bits,
                              .pad = 0};
    const Result<> asked = client_.ask(*server, question_of(*answer), answer_timeout,
                                       [this, query, born = answer->head->born](const QueryAnswer &got, uint64_t now) {
                                           take_answer(query, born, got, now);
                                           run();
                                       });
    if (!asked) {
        spdlog::debug("cannot refresh an answer: {}", asked.error().message);
        return schedule_.failed(key, now_ns);
    }
    add_one(counters_.prefetches);
}

void Refresher::take_answer(const fp_learned &query, uint64_t born, const QueryAnswer &got, uint64_t now_ns) {
    const std::optional<StoredAnswer> answer = table_.find_stored(query.key);
    if (!answer || answer->head->lifetime == 0) {
        count(FP_REFRESH_dropped);
        return schedule_.forget(query.key);
    }
    if (answer->head->born != born) {
        return schedule_.refreshed(query.key); // by a client's query
    }
    fp_answer &head = *answer->head;
    const Renewal renewal = got ? filler_.renew(head, query, *got) : Renewal(RefreshFailed{});
    if (std::holds_alternative<Renewed>(renewal)) {
        count(FP_REFRESH_renewed);
        schedule_.refreshed(query.key);
    } else if (const auto *const copy = std::get_if<NotLonger>(&renewal)) {
        count(FP_REFRESH_not_longer);
        schedule_.not_longer(query.key, copy->remaining_seconds, now_ns);
        settle(head, !schedule_.bridge_until_ns(query.key), now_ns);
        bridge(query.key, head);
    } else if (std::holds_alternative<Superseded>(renewal)) {
        count(FP_REFRESH_superseded);
        schedule_.failed(query.key, now_ns);
        settle(head, true, now_ns);
    } else {
        count(FP_REFRESH_failed);
        schedule_.failed(query.key, now_ns);
        // A fresh answer whose refresh was merely lost gets another chance: a client's query at its end.
        if (got || got.error() != QueryFailure::timeout || age_of(head, now_ns) >= head.lifetime) {
            store_relaxed(head.stale_from, std::max(1U, age_of(head, now_ns)));
        }
    }
}

// The resolver answers for this name: it owes nothing. If it has nothing that could take the place of the old answer, that one
// ends with its life, also where stale ones are given.
void Refresher::settle(fp_answer &answer, bool is_superseded, uint64_t now_ns) {
    store_relaxed(answer.stale_from, 0U);
    if (is_superseded && age_of(answer, now_ns) >= answer.lifetime) {
        store_relaxed(answer.lifetime, 0U);
    }
}

// Tells the programs how long beyond its life the answer is given while the new one is on its way.
void Refresher::bridge(const fp_key &key, fp_answer &answer) const {
    constexpr uint64_t longest = 255;
    const std::optional<uint64_t> until = schedule_.bridge_until_ns(key);
    const int64_t end = end_of(answer);
    if (until && static_cast<int64_t>(*until) > end) {
        const uint64_t beyond = *until - static_cast<uint64_t>(end);
        const uint64_t seconds = std::min<uint64_t>(longest, (beyond + FP_NSEC_PER_SEC - 1) / FP_NSEC_PER_SEC);
        store_relaxed(answer.bridge, static_cast<__u8>(seconds));
    }
}

} // namespace fastpath
