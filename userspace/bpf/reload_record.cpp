// SPDX-License-Identifier: Apache-2.0
#include "bpf/reload_record.h"

#include <algorithm>
#include <atomic>
#include <bpf/bpf.h>
#include <memory>
#include <string_view>

namespace fastpath {

namespace {

// What a line may not hold, for it ends one.
std::string on_one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

// Whole lines, as many as there is room for.
std::string lines_of(const std::vector<ReloadRecord::Change> &changes) {
    std::string lines;
    for (const ReloadRecord::Change &change : changes) {
        const std::string line =
            (change.applied ? FP_RELOAD_APPLIED : FP_RELOAD_LATER) + on_one_line(change.text) + '\n';
        if (lines.size() + line.size() > FP_RELOAD_TEXT_MAX) {
            break;
        }
        lines += line;
    }
    return lines;
}

std::vector<ReloadRecord::Change> changes_in(std::string_view lines) {
    std::vector<ReloadRecord::Change> changes;
    while (!lines.empty()) {
        const size_t end = std::min(lines.find('\n'), lines.size());
        const std::string_view line = lines.substr(0, end);
        if (!line.empty()) {
            changes.push_back({std::string(line.substr(1)), line.front() == FP_RELOAD_APPLIED});
        }
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return changes;
}

} // namespace

void write_reload(fp_reload &element, const ReloadRecord &record) {
    const std::atomic_ref<__u64> number(element.number);
    const uint64_t next = number.load(std::memory_order_relaxed) + 1;
    number.store(0, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release); // what follows is not seen before the 0
    const std::string text = record.outcome == FP_RELOAD_DONE ? lines_of(record.changes) : record.reason;
    element.began_ns = record.began_ns;
    element.outcome = record.outcome;
    element.changes = static_cast<uint32_t>(record.changes.size() + record.changes_left_out);
    element.text_len = static_cast<uint32_t>(std::min<size_t>(text.size(), FP_RELOAD_TEXT_MAX));
    std::copy_n(text.begin(), element.text_len, std::begin(element.text));
    number.store(next, std::memory_order_release);
}

std::optional<ReloadRecord> parse_reload(const fp_reload &element) {
    if (element.number == 0) {
        return std::nullopt;
    }
    const std::string_view text(element.text, std::min<size_t>(element.text_len, FP_RELOAD_TEXT_MAX));
    ReloadRecord record = {.began_ns = element.began_ns, .outcome = static_cast<fp_reload_outcome>(element.outcome)};
    if (record.outcome != FP_RELOAD_DONE) {
        record.reason = text;
        return record;
    }
    record.changes = changes_in(text);
    record.changes_left_out = element.changes - std::min<size_t>(element.changes, record.changes.size());
    return record;
}

// Twice, so that a copy is whole: the daemon may begin to write while the kernel copies.
Result<std::optional<ReloadRecord>> read_reload(int map_fd) {
    const uint32_t zero = 0;
    const auto element = std::make_unique<fp_reload>();
    const auto again = std::make_unique<fp_reload>();
    if (bpf_map_lookup_elem(map_fd, &zero, element.get()) != 0 ||
        bpf_map_lookup_elem(map_fd, &zero, again.get()) != 0) {
        return fail_errno("cannot read the map reload");
    }
    return element->number == again->number ? parse_reload(*element) : std::nullopt;
}

} // namespace fastpath
