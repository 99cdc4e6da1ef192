// SPDX-License-Identifier: Apache-2.0
// RefreshStory: a story in which the daemon asks the resolver questions of its own, by the code it has for that. Its queries go over
// a real socket of this host; only time is the story's.
#pragma once

#include "daemon/refresher.h"
#include "story.h"
#include "util/unique_fd.h"

namespace fastpath::test {

class RefreshStory : public Story {
  protected:
    void SetUp() override;

    // So many queries of the daemon wait for an answer.
    [[nodiscard]] uint64_t refreshes_under_way() { return cache_counters().prefetches - refreshes_ended(); }

    // The answer to the first of them, which is the same question as `query` with the same bits.
    void resolver_answers_refresh(const DnsQuery &query, const ResponseText &response);

    void take_wish(std::span<const std::byte> record) override;
    void run_timers() override { refresher_->run(); }

  private:
    [[nodiscard]] uint64_t refreshes_ended();
    void await_end_of_refresh();

    UniqueFd resolver_; // its socket
    SocketAddress address_{};
    std::unique_ptr<Refresher> refresher_;
};

} // namespace fastpath::test
