// SPDX-License-Identifier: Apache-2.0
#include "snapshot/save.h"

#include "cache/answer_reader.h"
#include "dns/byte_order.h"
#include "snapshot/atomic_file.h"
#include "snapshot/block_writer.h"
#include "util/clock.h"

#include <set>

namespace fastpath::snapshot {

namespace {

// RFC 6891 6.1.2. What the resolver's own said of its size is not kept, and nobody reads it again.
void append_opt(std::vector<uint8_t> &message, const fp_answer &head) {
    const size_t at = message.size();
    message.resize(at + FP_DNS_OPT_LEN);
    store_be16(message, at + 1, FP_TYPE_OPT);
    store_be16(message, at + 3, FP_DNS_UDP_MIN);
    store_be16(message, at + 7, (head.query_bits & FP_QUERY_DO) != 0 ? FP_EDNS_DO : 0);
    constexpr size_t arcount = offsetof(fp_dns_header, arcount);
    store_be16(message, arcount, static_cast<uint16_t>(load_be16(message, arcount) + 1));
}

// The response as the resolver gave it: with CD, and an OPT, where the query had them. So it is checked by a loader like any
// other response.
std::vector<uint8_t> response_of(const AnswerCopy &answer) {
    std::vector<uint8_t> message = answer.message(0);
    const fp_answer &head = answer.head();
    if ((head.query_bits & FP_QUERY_CD) != 0) {
        constexpr size_t flags = offsetof(fp_dns_header, flags);
        store_be16(message, flags, static_cast<uint16_t>(load_be16(message, flags) | FP_DNS_CD));
    }
    if (head.limit != 0) {
        append_opt(message, head);
    }
    return message;
}

Head make_head(const std::map<std::string, uint16_t> &views, uint64_t written_ns) {
    Head head = {.written_ns = written_ns, .views = {}};
    for (const auto &[name, number] : views) {
        head.views[number] = name;
    }
    return head;
}

} // namespace

Result<Saved> save_to(int fd, const std::string &name, AnswerMemory &memory, const SaveSettings &settings) {
    // Both clocks are read once, so that all answers keep their distance, whatever becomes of the clock meanwhile. In this order,
    // and in the other one at a load: time that goes by between makes answers older, never younger.
    const uint64_t written = clock_ns(CLOCK_REALTIME);
    const uint64_t now = monotonic_ns();
    const Head head = make_head(settings.views, written);
    BlockWriter writer(fd, name);
    Result<> done = writer.begin(head);
    for_each_answer(memory, [&](const AnswerCopy &answer) {
        const fp_answer &stored = answer.head();
        if (!done || is_dead(stored, now, settings.stale_max_age) || !head.views.contains(stored.view)) {
            return;
        }
        const std::vector<uint8_t> message = response_of(answer);
        done = writer.add({.born_ns = stored.born - now + written,
                           .lifetime = stored.lifetime,
                           .last_used = stored.last_used,
                           .limit = stored.limit,
                           .view = stored.view,
                           .query_bits = stored.query_bits,
                           .lead_len = stored.lead_len,
                           .message = message});
    });
    done = done ? writer.end() : done;
    return done.map([&] { return Saved{.answers = writer.answers(), .bytes = writer.bytes()}; });
}

Result<Saved> save_to_file(const std::filesystem::path &path, AnswerMemory &memory, const SaveSettings &settings) {
    Result<AtomicFile> file = AtomicFile::create(path);
    if (!file) {
        return tl::unexpected(file.error());
    }
    Result<Saved> saved = save_to(file->fd(), path, memory, settings);
    if (!saved) {
        return saved;
    }
    const Result<> committed = file->commit();
    return committed.map([&] { return *saved; });
}

} // namespace fastpath::snapshot
