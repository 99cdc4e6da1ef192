// SPDX-License-Identifier: Apache-2.0
#include "metrics/top.h"

#include "dns/name.h"
#include "metrics/dns_labels.h"
#include "util/address.h"

#include <algorithm>
#include <cmath>
#include <dns_fastpath/counters.h>
#include <unordered_map>
#include <utility>

namespace fastpath {

namespace {

struct Tally {
    uint64_t samples = 0;
    uint64_t queries = 0; // the sum of the weights
    uint64_t hits = 0;
};

using Subject = std::string; // octets, as subject_of() puts them together
using Tallies = std::unordered_map<Subject, Tally>;
using Entry = Tallies::value_type;

constexpr size_t type_octets = 2;

void append_type(Subject &subject, uint16_t qtype) {
    subject += static_cast<char>(qtype >> 8);
    subject += static_cast<char>(qtype);
}

uint16_t type_in(std::string_view octets) {
    return static_cast<uint16_t>(static_cast<uint8_t>(octets[0]) << 8 | static_cast<uint8_t>(octets[1]));
}

// What a row is about, for the tallies alone. Only the few rows that are shown are made into text.
Subject subject_of(const fp_sample &sample, TopOf what) {
    Subject subject;
    if (what == TopOf::clients) {
        subject.assign(std::begin(sample.client.octets), std::end(sample.client.octets));
    } else if (sample.name_len != 0) {
        subject.assign(sample.name, sample.name + (what == TopOf::names ? sample.name_len : 0));
        append_type(subject, sample.qtype);
    }
    return subject;
}

std::string name_in(std::string_view octets) {
    return name_to_text(WireName(octets.begin(), octets.end()));
}

void describe(TopRow &row, const Subject &subject, TopOf what) {
    if (what == TopOf::clients) {
        IpAddress client;
        std::copy(subject.begin(), subject.end(), client.octets.begin());
        row.subject = to_string(client);
    } else if (what == TopOf::types && !subject.empty()) {
        row.subject = qtype_label(type_in(subject));
    } else if (!subject.empty()) {
        const size_t name_octets = subject.size() - type_octets;
        row.subject = name_in(std::string_view(subject).substr(0, name_octets));
        row.qtype = qtype_label(type_in(std::string_view(subject).substr(name_octets)));
    }
}

// All samples of the window taken together.
struct Whole {
    Tally tally;
    double variance = 0; // of the estimate for any subject, in units of the variance of one query

    void add(const fp_sample &sample) {
        // A sample stands for itself and for w - 1 queries that nobody saw. The error is w - 1 times the one that was seen,
        // less those: (w - 1)^2 + (w - 1). So where all queries are samples, shares are exact.
        const auto weight = static_cast<double>(sample.weight);
        variance += weight * (weight - 1);
        tally.samples++;
        tally.queries += sample.weight;
    }

    // So many queries, drawn at random from endlessly many, would tell as much (Kish's effective sample size); infinite
    // where every query was sampled.
    [[nodiscard]] double effective_samples() const {
        const auto queries = static_cast<double>(tally.queries);
        return queries * queries / variance;
    }
};

// Wilson's score interval (JASA 22, 1927): unlike the textbook one it holds for rare names and for few samples too.
std::pair<double, double> interval_around(double share, double samples) {
    constexpr double z = 1.959964; // 95 % of the normal distribution lie within
    if (std::isinf(samples)) {
        return {share, share};
    }
    const double spread = z * z / samples;
    const double middle = (share + spread / 2) / (1 + spread);
    const double half = z * std::sqrt(share * (1 - share) / samples + spread / samples / 4) / (1 + spread);
    return {std::max(middle - half, 0.0), std::min(middle + half, 1.0)};
}

TopRow row_of(const Entry &entry, const Whole &whole, double window_seconds, TopOf what) {
    const auto &[subject, tally] = entry;
    const auto queries = static_cast<double>(tally.queries);
    TopRow row;
    describe(row, subject, what);
    row.samples = tally.samples;
    row.queries_per_second = queries / window_seconds;
    row.share = queries / static_cast<double>(whole.tally.queries);
    std::tie(row.share_low, row.share_high) = interval_around(row.share, whole.effective_samples());
    row.hit_ratio = static_cast<double>(tally.hits) / queries;
    return row;
}

// The subject decides between equals, so that the order does not change from call to call.
bool is_asked_more(const Entry *one, const Entry *other) {
    return one->second.queries != other->second.queries ? one->second.queries > other->second.queries
                                                        : one->first < other->first;
}

std::vector<const Entry *> most_asked(const Tallies &tallies, size_t most) {
    std::vector<const Entry *> entries;
    entries.reserve(tallies.size());
    for (const Entry &entry : tallies) {
        entries.push_back(&entry);
    }
    const auto end = entries.begin() + static_cast<ptrdiff_t>(std::min(most, entries.size()));
    std::partial_sort(entries.begin(), end, entries.end(), is_asked_more);
    entries.erase(end, entries.end());
    return entries;
}

// Samples older than a minute show that there were none in between that we do not see. A moment is no window to state a rate
// of: it is a second at least.
double window_of(std::span<const fp_sample> samples, uint64_t now_ns) {
    uint64_t age = 0;
    for (const fp_sample &sample : samples) {
        age = std::max(age, now_ns - std::min<uint64_t>(sample.seen_ns, now_ns));
    }
    return static_cast<double>(std::clamp<uint64_t>(age, FP_NSEC_PER_SEC, top_window_ns)) / FP_NSEC_PER_SEC;
}

} // namespace

Top top_of(std::span<const fp_sample> samples, TopOf what, size_t most, uint64_t now_ns) {
    Tallies tallies;
    Whole whole;
    for (const fp_sample &sample : samples) {
        if (sample.weight == 0 || sample.seen_ns + top_window_ns < now_ns) {
            continue;
        }
        whole.add(sample);
        Tally &tally = tallies[subject_of(sample, what)];
        tally.samples++;
        tally.queries += sample.weight;
        tally.hits += sample.result == FP_RESULT_hit || sample.result == FP_RESULT_stale ? sample.weight : 0;
    }
    Top top = {.window_seconds = window_of(samples, now_ns), .samples = whole.tally.samples, .rows = {}};
    top.queries_per_second = static_cast<double>(whole.tally.queries) / top.window_seconds;
    for (const Entry *entry : most_asked(tallies, most)) {
        top.rows.push_back(row_of(*entry, whole, top.window_seconds, what));
    }
    return top;
}

} // namespace fastpath
