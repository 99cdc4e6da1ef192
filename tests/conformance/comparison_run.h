// SPDX-License-Identifier: Apache-2.0
// ComparisonRun: asks the resolver alone and the fast path the same queries, on a miss and again, and reports.
#pragma once

#include "conformance/asking.h"
#include "conformance/report.h"
#include "conformance/sides.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace fastpath::test {

class ComparisonRun {
  public:
    ComparisonRun(const Lab &lab, const Setting &setting) : is_steered_(setting.is_steered()), sides_(lab, setting) {}

    // All ways to ask one question: each of the resolver and then of the fast path, so that what can be learned is, and all of
    // them again. The resolver knows the answers by then; see compare_first_answers() for when it does not.
    void compare(const std::vector<Asking> &askings);

    // Each asked of a resolver with an empty cache, twice; then the same of the fast path with an empty cache in front of a
    // resolver with an empty cache.
    void compare_first_answers(const std::vector<Asking> &askings);

    void flush_fast_path() const { sides_.flush_fast_path(); }
    [[nodiscard]] const Report &report() const { return report_; }

  private:
    // One query and what the resolver alone said to it, in the order of time.
    struct Known {
        Asking asking;
        std::vector<Reply> own{};
        Reply first{};                                 // of the fast path
        std::chrono::steady_clock::time_point asked{}; // the fast path, for the first time
    };

    void judge(Known &known, Answered answered);
    bool ask_again(Known &known, const Reply &reply);
    bool is_whole_in_another_case(const Known &known, const Reply &reply);
    // The last of `own` was asked for just before the fast path was, so no TTL may be above its.
    void judge_ttls(const std::vector<Known> &group, const Known &known, const Answered &answered);
    bool is_ttl_of_another_way(const std::vector<Known> &group, const Reply &reply);
    bool is_hit_soon(const Asking &asking);
    void check_result(const Known &known, const Answered &answered, bool may_be_partial);

    const bool is_steered_;
    Sides sides_;
    Report report_;
    // What the resolver said to a query, by its text, when it was last compared: some change their answer as they learn more,
    // and the fast path keeps the earlier one for as long as its TTL lets it.
    std::map<std::string, Reply> said_before_;
};

} // namespace fastpath::test
