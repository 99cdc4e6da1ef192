// SPDX-License-Identifier: Apache-2.0
// Refresher: asks the resolver the questions of answers that should live on, and puts what it says into the cache. When to ask
// is the schedule's to say (upstream/refresh_schedule.h); what a response is good for, the filler's.
#pragma once

#include "cache/answer_table.h"
#include "daemon/event_loop.h"
#include "daemon/filler.h"
#include "upstream/deadline_timer.h"
#include "upstream/query_client.h"
#include "upstream/refresh_schedule.h"
#include "util/address.h"
#include "util/result.h"

#include <dns_fastpath/counters.h>
#include <dns_fastpath/events.h>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace fastpath {

class Refresher {
  public:
    // Of the number of a pool in the config in force.
    using PoolName = std::function<std::string(uint16_t pool)>;
    // Where to ask for this name now; nothing while that would be in vain.
    using Server = std::function<std::optional<SocketAddress>(std::span<const uint8_t> name, const Asker &asker)>;

    // All outlive this.
    static Result<std::unique_ptr<Refresher>> create(AnswerTable &table, Filler &filler, fp_cache_counters &counters,
                                                     PoolName pool_name, Server server);

    Result<> join(EventLoop &loop);

    // A record of the ring buffer `refreshes`: a hit asks for a refresh.
    void want(std::span<const std::byte> record);

    // Asks what is due.
    void run();

    // The server has come back: what it failed to answer is asked now.
    void start_over();

  private:
    Refresher(AnswerTable &table, Filler &filler, fp_cache_counters &counters, PoolName pool_name, Server server,
              DeadlineTimer timer, QueryClient client)
        : table_(table), filler_(filler), counters_(counters), pool_name_(std::move(pool_name)),
          server_(std::move(server)), timer_(std::move(timer)), client_(std::move(client)) {}

    void ask(const fp_key &key, uint64_t now_ns);
    void take_answer(const fp_learned &query, uint64_t born, const QueryAnswer &got, uint64_t now_ns);
    static void settle(fp_answer &answer, bool is_superseded, uint64_t now_ns);
    void bridge(const fp_key &key, fp_answer &answer) const;
    void count(fp_refresh_result result);

    AnswerTable &table_;
    Filler &filler_;
    fp_cache_counters &counters_;
    PoolName pool_name_;
    Server server_;
    DeadlineTimer timer_;
    RefreshSchedule schedule_;
    QueryClient client_; // last, so that it ends first
};

} // namespace fastpath
