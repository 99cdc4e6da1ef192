// SPDX-License-Identifier: Apache-2.0
// Report: what became of every query of a run, and how each answer of the fast path compares with those of the resolver alone.
#pragma once

#include "conformance/asking.h"
#include "conformance/message_difference.h"
#include "conformance/sides.h"

#include <cstddef>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace fastpath::test {

class Report {
  public:
    // The answer is the resolver's own; `differences` are those that do not matter.
    void add_equal(const Answered &answered, const std::vector<Difference> &differences);
    // It is one that the resolver gave too, but not every time; `differences` are those from its answer of this moment.
    void add_varying(const Answered &answered, const std::vector<Difference> &differences);
    // The resolver never gave it.
    void add_different(const Asking &asking, const Answered &answered, const std::vector<Difference> &differences);
    // Beside one of the above: TTLs above that of the resolver's answer of this moment, but not above what it gives to others;
    // and above all that it gives.
    void add_varying_ttl(const std::vector<Difference> &differences) { add_fields(varying_fields_, differences); }
    void add_higher_ttl(const Asking &asking, const Answered &answered, const std::vector<Difference> &differences);
    // It should have been a hit and was still a miss, for it was not learned yet.
    void add_late_hit() { late_hits_++; }
    // It should have been a hit and was none, or the other way round.
    void add_wrong_result(const Asking &asking, const Answered &answered, const std::string &expected);

    // Totals by result, the fields in which the resolver's own answers vary, and differences by field.
    void print(std::ostream &out, const std::string &title) const;
    // One test failure for each kind of difference and wrong result: how many there are, and some of them.
    void expect_none() const;

    [[nodiscard]] size_t asked() const;
    [[nodiscard]] size_t count(const std::string &result) const;
    [[nodiscard]] size_t truncated_hits() const { return truncated_hits_; }
    [[nodiscard]] size_t extended_hits() const { return extended_hits_; }
    [[nodiscard]] size_t late_hits() const { return late_hits_; }
    [[nodiscard]] size_t failures() const;

  private:
    struct Tally {
        size_t equal = 0;
        size_t varying = 0;
        size_t different = 0;
    };
    // By field; where an answer differs in several, it counts for each.
    using FieldCounts = std::map<std::string, size_t>;

    Tally &tally(const Answered &answered);
    static void add_fields(FieldCounts &counts, const std::vector<Difference> &differences);
    void add_failure(const Asking &asking, const Answered &answered, const std::vector<Difference> &differences);
    static void print_fields(std::ostream &out, const std::string &title, const FieldCounts &counts);

    std::map<std::string, Tally> tallies_; // by result
    FieldCounts immaterial_fields_;
    FieldCounts varying_fields_;
    FieldCounts different_fields_;
    size_t wrong_results_ = 0;
    size_t late_hits_ = 0;
    size_t truncated_hits_ = 0;
    size_t extended_hits_ = 0;                                 // with additional records beside the OPT
    std::map<std::string, std::vector<std::string>> failures_; // by kind: "hit, different in AD, TC"
};

} // namespace fastpath::test
