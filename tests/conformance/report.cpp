// SPDX-License-Identifier: Apache-2.0
#include "conformance/report.h"

#include "conformance/hit_rule.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <iomanip>
#include <ostream>
#include <set>

namespace fastpath::test {
namespace {

constexpr size_t failures_shown = 3; // of one kind

std::string joined(const std::set<std::string> &parts) {
    std::string text;
    for (const std::string &part : parts) {
        text += (text.empty() ? "" : ", ") + part;
    }
    return text;
}

} // namespace

Report::Tally &Report::tally(const Answered &answered) {
    if (answered.result == "hit") {
        truncated_hits_ += is_truncated(answered.reply) ? 1u : 0u;
        extended_hits_ += has_additional_records(answered.reply) ? 1u : 0u;
    }
    return tallies_[answered.result];
}

void Report::add_fields(FieldCounts &counts, const std::vector<Difference> &differences) {
    std::set<std::string> fields;
    for (const Difference &difference : differences) {
        fields.insert(difference.field);
    }
    for (const std::string &field : fields) {
        counts[field]++;
    }
}

void Report::add_failure(const Asking &asking, const Answered &answered, const std::vector<Difference> &differences) {
    add_fields(different_fields_, differences);
    std::string text = asking.text;
    std::set<std::string> fields;
    for (const Difference &difference : differences) {
        if (difference.matters) {
            text += "\n    " + text_of(difference);
            fields.insert(difference.field);
        }
    }
    failures_[answered.result + ", different in " + joined(fields)].push_back(text);
}

void Report::add_equal(const Answered &answered, const std::vector<Difference> &differences) {
    tally(answered).equal++;
    add_fields(immaterial_fields_, differences);
}

void Report::add_varying(const Answered &answered, const std::vector<Difference> &differences) {
    tally(answered).varying++;
    add_fields(varying_fields_, differences);
}

void Report::add_different(const Asking &asking, const Answered &answered, const std::vector<Difference> &differences) {
    tally(answered).different++;
    add_failure(asking, answered, differences);
}

void Report::add_higher_ttl(const Asking &asking, const Answered &answered,
                            const std::vector<Difference> &differences) {
    add_failure(asking, answered, differences);
}

void Report::add_wrong_result(const Asking &asking, const Answered &answered, const std::string &expected) {
    wrong_results_++;
    failures_[answered.result + ", should have been " + expected].push_back(asking.text);
}

size_t Report::asked() const {
    size_t sum = 0;
    for (const auto &[result, tally] : tallies_) {
        sum += tally.equal + tally.varying + tally.different;
    }
    return sum;
}

size_t Report::count(const std::string &result) const {
    const auto found = tallies_.find(result);
    return found == tallies_.end() ? 0 : found->second.equal + found->second.varying + found->second.different;
}

void Report::print_fields(std::ostream &out, const std::string &title, const FieldCounts &counts) {
    if (counts.empty()) {
        return;
    }
    out << title << ":";
    for (const auto &[field, count] : counts) {
        out << " " << field << " " << count << ";";
    }
    out << "\n";
}

void Report::print(std::ostream &out, const std::string &title) const {
    out << title << ": " << asked() << " queries to the fast path\n"
        << std::left << std::setw(12) << "result" << std::right << std::setw(10) << "queries" << std::setw(10)
        << "equal" << std::setw(10) << "varying" << std::setw(10) << "different"
        << "\n";
    for (const auto &[result, tally] : tallies_) {
        out << std::left << std::setw(12) << result << std::right << std::setw(10) << count(result) << std::setw(10)
            << tally.equal << std::setw(10) << tally.varying << std::setw(10) << tally.different << "\n";
    }
    out << "hits with TC=1: " << truncated_hits_ << ", with additional records: " << extended_hits_
        << "; not learned in time: " << late_hits_ << "; wrong results: " << wrong_results_ << "\n";
    print_fields(out, "equal but for what means nothing", immaterial_fields_);
    print_fields(out, "varying, as the resolver's own answers do, in", varying_fields_);
    print_fields(out, "different in", different_fields_);
}

size_t Report::failures() const {
    size_t sum = 0;
    for (const auto &[kind, texts] : failures_) {
        sum += texts.size();
    }
    return sum;
}

void Report::expect_none() const {
    for (const auto &[kind, texts] : failures_) {
        std::string examples;
        for (size_t at = 0; at < std::min(texts.size(), failures_shown); at++) {
            examples += "\n  " + texts[at];
        }
        ADD_FAILURE() << kind << ": " << texts.size() << (texts.size() == 1 ? " query:" : " queries, for example:")
                      << examples;
    }
}

} // namespace fastpath::test
