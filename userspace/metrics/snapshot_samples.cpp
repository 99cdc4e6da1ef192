// SPDX-License-Identifier: Apache-2.0
#include "metrics/family.h"
#include "metrics/samples.h"

namespace fastpath {

namespace {

constexpr Family saved_at = {"snapshot_last_success_timestamp_seconds", SampleType::gauge,
                             "When a snapshot of the cache was last written as a whole, seconds since 1970; 0 = never"};
constexpr Family entries = {"snapshot_entries", SampleType::gauge, "Answers in the snapshot that was written last"};
constexpr Family bytes = {"snapshot_size_bytes", SampleType::gauge, "Size of the snapshot that was written last"};
constexpr Family duration = {"snapshot_duration_seconds", SampleType::gauge,
                             "How long the last write or load of a snapshot took"};
constexpr Family loaded = {"snapshot_loaded_entries", SampleType::gauge,
                           "Answers that were loaded from the snapshot at the start"};
constexpr Family errors = {"snapshot_errors_total", SampleType::counter,
                           "Snapshots that could not be written or loaded; the log says why"};

double seconds(uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / FP_NSEC_PER_SEC;
}

} // namespace

std::vector<Sample> samples_of(const fp_snapshot &snapshot) {
    return {make_sample(saved_at, seconds(snapshot.saved_at_ns)),
            make_sample(entries, snapshot.saved_answers),
            make_sample(bytes, snapshot.saved_bytes),
            make_sample(duration, seconds(snapshot.save_took_ns), {{"operation", "save"}}),
            make_sample(duration, seconds(snapshot.load_took_ns), {{"operation", "load"}}),
            make_sample(loaded, snapshot.loaded_answers),
            make_sample(errors, snapshot.save_errors, {{"operation", "save"}}),
            make_sample(errors, snapshot.load_errors, {{"operation", "load"}})};
}

} // namespace fastpath
