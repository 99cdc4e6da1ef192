// SPDX-License-Identifier: Apache-2.0
// From a response to a slot: its records are written as a body, TTLs are bounded, and all that a hit needs is computed
// beforehand.
#include "cache/entry.h"

#include "cache/age.h"
#include "cache/body_writer.h"
#include "cache/front.h"
#include "cache/turns.h"
#include "dns/byte_order.h"

#include <algorithm>
#include <array>
#include <optional>

namespace fastpath {
namespace {

struct ClassRoom {
    fp_answer_class size_class;
    size_t front;
    size_t body;
};

constexpr std::array class_rooms{
#define FP_X(name, front_size, body_size, slots) ClassRoom{FP_ANSWER_##name, front_size, body_size},
    FP_ANSWER_CLASSES(FP_X)
#undef FP_X
};

constexpr size_t shortest_record = 11; // the root as its owner, and no data (RFC 1035 4.1.3)
constexpr size_t most_records = FP_BODY_MAX / shortest_record;
static_assert(most_records <= FP_TTL_MAX && most_records <= UINT8_MAX, "what fits a body fits the counts of its head");
static_assert(FP_DNS_NAME_MAX + 1 + most_records * sizeof(uint16_t) + sizeof(fp_turned_rrset) + sizeof(fp_turn) <=
                  class_rooms.back().front,
              "what fits a body has room for its front, and for a turn");

// A body, and what it takes to keep it.
struct Draft {
    Body body;
    fp_answer_class size_class = FP_ANSWER_small;
    RecordRange turned;
    std::optional<fp_swapped_rrset> swapped;
    size_t turn_count = 0;
};

// In the smallest class that has room for the body and for every turn, so that each record comes first at times. Only for its
// turns an answer does not go into the large class; then it has as many as there is room for, one at least.
Draft fit(const Message &message, Body body, RecordRange turned) {
    const std::optional<fp_swapped_rrset> swapped = addresses_to_swap(message, body, turned);
    size_t count = swapped ? FP_TURNS_SWAPPED : most_turns(turned);
    const auto front_with = [&](size_t turns) {
        return front_size(message.qname.size(), message.records.size(), turns);
    };
    const auto smallest_with = [&](size_t turns) {
        return std::find_if(class_rooms.begin(), class_rooms.end() - 1, [&](const ClassRoom &candidate) {
            return body.octets.size() <= candidate.body && front_with(turns) <= candidate.front;
        });
    };
    const auto *room = smallest_with(count);
    if (room == class_rooms.end() - 1 && !swapped) {
        room = smallest_with(std::min<size_t>(count, 1));
        while (front_with(count) > room->front) {
            --count;
        }
    }
    return {.body = std::move(body),
            .size_class = room->size_class,
            .turned = turned,
            .swapped = swapped,
            .turn_count = count};
}

// The body in which its RRset can be turned, if there is one. Names that are written out must not make of an answer that the
// resolver would give whole one that is truncated here: it grows only where it still fits the client that takes least (RFC
// 1035 4.2.1).
std::optional<Body> write_to_turn(const Message &message, RecordRange turned, size_t plain_size) {
    const size_t fits_all = FP_DNS_UDP_MIN - message.question_end - FP_DNS_OPT_LEN - FP_EDNS_EDE_LEN;
    return turned.size() == 0 ? std::nullopt : write_body(message, turned, std::max(plain_size, fits_all));
}

std::optional<Draft> make_draft(const Message &message) {
    std::optional<Body> plain = write_body(message, {}, FP_BODY_MAX);
    if (!plain) {
        return std::nullopt;
    }
    const RecordRange turned = records_to_turn(message);
    std::optional<Body> loose = write_to_turn(message, turned, plain->octets.size());
    return loose ? fit(message, std::move(*loose), turned) : fit(message, std::move(*plain), {});
}

// The SOA of a negative answer keeps its TTL, even where max_negative_ttl ends ours earlier: the TTL is the zone's word
// to whoever caches behind us (RFC 2308 5), the cap is ours alone.
void bound_ttls(const Message &message, const Lifetime &lifetime, const CachePolicy &policy, Body &body) {
    for (size_t i = 0; i < message.records.size(); ++i) {
        store_be32(body.octets, body.ttl_offsets[i], cached_ttl(message.records[i].ttl, lifetime.kind, policy));
    }
}

// Octets that the first RRset takes at least; its signatures may stand behind it, but a resolver leaves those out first. Owners
// count as pointers: BIND writes them out for a client that asks in another case, and that answer is longer than others need.
uint16_t lead_length(const Message &message) {
    constexpr size_t pointer = 2;
    const std::vector<Record> &records = message.records;
    size_t length = 0;
    for (const Record &record : records) {
        if (record.section != records.front().section || record.type != records.front().type ||
            message.owner(record) != message.owner(records.front())) {
            break;
        }
        length += std::min<size_t>(record.name_end - record.offset, pointer) + (record.end - record.name_end);
    }
    return static_cast<uint16_t>(length);
}

uint8_t count_of(const Message &message, Section section) {
    return static_cast<uint8_t>(message.section(section).size());
}

// In the last tenth of its life; what failed is asked again by the next client.
uint32_t refresh_at(const Lifetime &lifetime) {
    return lifetime.kind == AnswerKind::failure ? FP_REFRESH_NEVER : refresh_age(lifetime.seconds);
}

} // namespace

tl::expected<Entry, FillReject> build_entry(const Message &message, const Lifetime &lifetime,
                                            const EntryContext &context, const CachePolicy &policy) {
    std::optional<Draft> draft = make_draft(message);
    if (!draft) {
        return tl::unexpected(FillReject::too_large);
    }
    bound_ttls(message, lifetime, policy, draft->body);
    const BodySums sums = sums_of(draft->body.octets, draft->body.ttl_offsets);
    const Turns turns = draft->swapped ? Turns{.rrset = {}, .list = {}, .swapped = draft->swapped}
                                       : make_turns(draft->body, draft->turned, draft->turn_count);

    Entry entry;
    entry.size_class = draft->size_class;
    entry.front = make_front(message.qname, draft->body.ttl_offsets, turns);
    entry.head = fp_answer{
        .key = context.key,
        .born = context.born_ns,
        .lifetime = lifetime.seconds,
        .last_used = 0,
        .refresh_at = refresh_at(lifetime),
        .stale_from = 0,
        .body_sum = sums.body,
        .ttl_sum = sums.ttls,
        .flags = static_cast<uint16_t>(message.flags & (FP_DNS_AA | FP_DNS_RA | FP_DNS_AD | FP_DNS_RCODE)),
        .body_len = static_cast<uint16_t>(draft->body.octets.size()),
        .lead_len = lead_length(message),
        .limit = context.limit,
        .qtype = message.qtype,
        .view = context.view,
        .ancount = count_of(message, Section::answer),
        .nscount = count_of(message, Section::authority),
        .arcount = count_of(message, Section::additional),
        .ttl_odd = static_cast<uint8_t>(sums.ttl_odd),
        .name_len = static_cast<uint8_t>(message.qname.size()),
        .query_bits = context.query_bits,
        .turn_count = static_cast<uint8_t>(draft->turn_count),
        .bridge = 0,
    };
    entry.body = std::move(draft->body.octets);
    return entry;
}

} // namespace fastpath
