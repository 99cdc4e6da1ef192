// SPDX-License-Identifier: Apache-2.0
#include "conformance/comparison_run.h"

#include "conformance/hit_rule.h"
#include "harness/wait.h"

#include <algorithm>
#include <cctype>

namespace fastpath::test {
namespace {

// How often the resolver is asked again before an answer of the fast path counts as one that it never gives.
constexpr int more_askings = 4;

} // namespace

bool ComparisonRun::ask_again(Known &known, const Reply &reply) {
    for (int times = 0; times < more_askings; times++) {
        known.own.push_back(sides_.ask_resolver(known.asking, Wait::patient));
        if (are_equal(known.own.back(), reply)) {
            return true;
        }
    }
    return false;
}

// BIND keeps the case of names, so its answer to a client that mixes it has less room for compression, and may be cut where the
// whole one fits. Whoever gets the whole one has an answer that the resolver gives to the same question (RFC 4343 3).
bool ComparisonRun::is_whole_in_another_case(const Known &known, const Reply &reply) {
    Asking asking = known.asking;
    for (char &letter : asking.query.name) {
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    const std::vector<Difference> differences = content_differences(sides_.ask_resolver(asking), reply);
    return is_truncated(known.own.back()) && !is_truncated(reply) &&
           std::all_of(differences.begin(), differences.end(),
                       [](const Difference &each) { return !each.matters || each.field == "question"; });
}

void ComparisonRun::judge(Known &known, Answered answered) {
    // The host's own resolver need not know the name at all.
    if (is_steered_ && is_eligible(known.asking) && answered.result == "pass") {
        report_.add_wrong_result(known.asking, answered, "hit or miss, whose resolver is another one");
    }
    // Unbound leaves one in 25 of some malformed queries unanswered, also where it is alone.
    for (int times = 0; times < more_askings && !answered.reply && known.own.back(); times++) {
        answered = sides_.ask_fast_path(known.asking, Wait::patient);
    }
    const std::vector<Difference> differences = content_differences(known.own.back(), answered.reply);
    const auto is_this = [&](const Reply &own) { return are_equal(own, answered.reply); };
    if (is_this(known.own.back())) {
        report_.add_equal(answered, differences);
    } else if (std::any_of(known.own.begin(), known.own.end(), is_this) || ask_again(known, answered.reply) ||
               is_whole_in_another_case(known, answered.reply)) {
        report_.add_varying(answered, differences);
    } else {
        report_.add_different(known.asking, answered, differences);
    }
}

// A front with a cache of its own (dnsdist) may give one TTL to a client and another one to the next, who asks for another
// size. Time goes on meanwhile: what it still gives to anybody was not too high.
bool ComparisonRun::is_ttl_of_another_way(const std::vector<Known> &group, const Reply &reply) {
    return std::any_of(group.begin(), group.end(),
                       [&](const Known &other) { return reaches_ttls(sides_.ask_resolver(other.asking), reply); });
}

void ComparisonRun::judge_ttls(const std::vector<Known> &group, const Known &known, const Answered &answered) {
    const std::vector<Difference> higher = ttl_differences(known.own.back(), answered.reply);
    if (higher.empty()) {
        return;
    }
    if (is_ttl_of_another_way(group, answered.reply)) {
        report_.add_varying_ttl(higher);
    } else {
        report_.add_higher_ttl(known.asking, answered, higher);
    }
}

// The daemon learns after the client has its answer, so a query that comes at once may still be a miss; but not for long.
bool ComparisonRun::is_hit_soon(const Asking &asking) {
    report_.add_late_hit();
    return eventually([&] { return sides_.ask_fast_path(asking).result == "hit"; }, std::chrono::seconds(1));
}

void ComparisonRun::check_result(const Known &known, const Answered &answered, bool may_be_partial) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - known.asked);
    const Expected expected = expected_of(known.asking, known.first, may_be_partial, age);
    if (expected == Expected::hit && answered.result != "hit" &&
        (answered.result != "miss" || !is_hit_soon(known.asking))) {
        report_.add_wrong_result(known.asking, answered, "hit");
    }
    if (expected == Expected::not_hit && answered.result != "pass") {
        report_.add_wrong_result(known.asking, answered, "pass");
    }
}

void ComparisonRun::compare(const std::vector<Asking> &askings) {
    std::vector<Known> group;
    bool may_be_partial = false;
    for (const Asking &asking : askings) {
        Known &known = group.emplace_back(Known{.asking = asking});
        if (const auto before = said_before_.find(asking.text); before != said_before_.end()) {
            known.own.push_back(before->second);
        }
        known.own.push_back(sides_.ask_resolver(asking));
        known.asked = std::chrono::steady_clock::now();
        const Answered first = sides_.ask_fast_path(asking);
        judge_ttls(group, known, first);
        judge(known, first);
        known.first = first.reply;
        may_be_partial = may_be_partial || has_additional_records(first.reply);
    }
    sides_.settle();
    for (Known &known : group) {
        known.own.push_back(sides_.ask_resolver(known.asking));
        const Answered again = sides_.ask_fast_path(known.asking);
        judge_ttls(group, known, again);
        judge(known, again);
        check_result(known, again, may_be_partial);
        said_before_[known.asking.text] = known.own.front();
    }
}

void ComparisonRun::compare_first_answers(const std::vector<Asking> &askings) {
    std::vector<Known> group;
    sides_.restart_resolvers();
    for (const Asking &asking : askings) {
        Known &known = group.emplace_back(Known{.asking = asking});
        known.own.push_back(sides_.ask_resolver(asking));
        known.own.push_back(sides_.ask_resolver(asking));
    }
    sides_.restart_resolvers();
    sides_.flush_fast_path();
    for (Known &known : group) {
        known.asked = std::chrono::steady_clock::now();
        Known cold = {.asking = known.asking, .own = {known.own.back(), known.own.front()}};
        const Answered first = sides_.ask_fast_path(known.asking);
        judge(cold, first);
        known.first = first.reply;
        sides_.settle();
        known.own.push_back(sides_.ask_resolver(known.asking));
        const Answered again = sides_.ask_fast_path(known.asking);
        judge_ttls({known}, known, again);
        judge(known, again);
        check_result(known, again, has_additional_records(known.first));
    }
}

} // namespace fastpath::test
