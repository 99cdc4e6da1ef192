// SPDX-License-Identifier: Apache-2.0
// From a response to a slot: the OPT is cut out, TTLs are bounded, and all that a hit needs is computed beforehand.
#include "cache/entry.h"

#include "cache/age.h"
#include "dns/byte_order.h"

#include <algorithm>
#include <array>
#include <cstring>
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

// The octets of a response that an entry keeps: all behind the question but the OPT record, wherever that stands.
class BodyMap {
  public:
    explicit BodyMap(const Message &message)
        : begin_(message.question_end), cut_at_(message.opt ? message.opt->offset : message.wire.size()),
          cut_end_(message.opt ? message.opt->end : message.wire.size()) {}

    [[nodiscard]] std::vector<uint8_t> copy(std::span<const uint8_t> wire) const {
        const auto before = wire.subspan(begin_, cut_at_ - begin_);
        const auto behind = wire.subspan(cut_end_);
        std::vector<uint8_t> body(before.begin(), before.end());
        body.insert(body.end(), behind.begin(), behind.end());
        return body;
    }
    [[nodiscard]] bool is_cut(size_t offset) const { return offset >= cut_at_ && offset < cut_end_; }
    // Where this octet of the response will be in an answer given from the entry, and where it is in the body.
    [[nodiscard]] uint16_t in_answer(size_t offset) const {
        return static_cast<uint16_t>(offset < cut_end_ ? offset : offset - (cut_end_ - cut_at_));
    }
    [[nodiscard]] uint16_t in_body(size_t offset) const { return static_cast<uint16_t>(in_answer(offset) - begin_); }

  private:
    size_t begin_;
    size_t cut_at_;
    size_t cut_end_;
};

// Records behind the OPT move up, and the names that point at them have to follow. Pointers lead backwards, so those
// names stand behind the OPT too; one that leads to the root label of the OPT itself has lost its target.
bool move_pointers(const Message &message, const BodyMap &map, std::vector<uint8_t> &body) {
    constexpr uint16_t pointer_type = 0xc000;
    for (const uint16_t at : message.pointers) {
        const auto target = static_cast<uint16_t>(load_be16(message.wire, at) & ~pointer_type);
        if (map.is_cut(target)) {
            return false;
        }
        store_be16(body, map.in_body(at), static_cast<uint16_t>(pointer_type | map.in_answer(target)));
    }
    return true;
}

// The SOA of a negative answer keeps its TTL, even where max_negative_ttl ends ours earlier: the TTL is the zone's word
// to whoever caches behind us (RFC 2308 5), the cap is ours alone.
std::vector<uint16_t> bound_ttls(const Message &message, const BodyMap &map, const Lifetime &lifetime,
                                 const CachePolicy &policy, std::vector<uint8_t> &body) {
    std::vector<uint16_t> offsets;
    offsets.reserve(message.records.size());
    for (const Record &record : message.records) {
        offsets.push_back(map.in_body(record.ttl_offset));
        store_be32(body, offsets.back(), cached_ttl(record.ttl, lifetime.kind, policy));
    }
    return offsets;
}

std::vector<uint8_t> make_front(const WireName &qname, const std::vector<uint16_t> &ttl_offsets) {
    const size_t name_room = fp_pad8(static_cast<uint32_t>(qname.size()));
    std::vector<uint8_t> front(name_room + ttl_offsets.size() * sizeof(uint16_t));
    std::copy(qname.begin(), qname.end(), front.begin());
    if (!ttl_offsets.empty()) {
        std::memcpy(front.data() + name_room, ttl_offsets.data(), ttl_offsets.size() * sizeof(uint16_t));
    }
    return front;
}

std::optional<fp_answer_class> smallest_class(size_t front, size_t body) {
    const auto *const found = std::find_if(class_rooms.begin(), class_rooms.end(), [&](const ClassRoom &room) {
        return front <= room.front && body <= room.body;
    });
    return found == class_rooms.end() ? std::nullopt : std::optional(found->size_class);
}

// Answer and authority; the additional section comes last.
uint16_t core_length(const Message &message) {
    const auto additional = message.section(Section::additional);
    const std::span<const Record> all = message.records;
    const auto core = all.first(all.size() - additional.size());
    return core.empty() ? uint16_t{0} : static_cast<uint16_t>(core.back().end - message.question_end);
}

uint16_t count_of(const Message &message, Section section) {
    return static_cast<uint16_t>(message.section(section).size());
}

} // namespace

tl::expected<Entry, FillReject> build_entry(const Message &message, const Lifetime &lifetime,
                                            const EntryContext &context, const CachePolicy &policy) {
    const BodyMap map(message);
    Entry entry;
    entry.body = map.copy(message.wire);
    if (!move_pointers(message, map, entry.body)) {
        return tl::unexpected(FillReject::opt_position);
    }
    const std::vector<uint16_t> ttl_offsets = bound_ttls(message, map, lifetime, policy, entry.body);
    entry.front = make_front(message.qname, ttl_offsets);

    const auto size_class = smallest_class(entry.front.size(), entry.body.size());
    if (!size_class) {
        return tl::unexpected(FillReject::too_large);
    }
    entry.size_class = *size_class;

    const auto odd = std::count_if(ttl_offsets.begin(), ttl_offsets.end(), [](uint16_t at) { return at % 2 != 0; });
    entry.head = fp_answer{
        .key = context.key,
        .born = context.born_ns,
        .lifetime = lifetime.seconds,
        .last_used = 0,
        .body_sum = ones_complement_sum(entry.body),
        .flags = static_cast<uint16_t>(message.flags & (FP_DNS_AA | FP_DNS_RA | FP_DNS_AD | FP_DNS_RCODE)),
        .ancount = count_of(message, Section::answer),
        .nscount = count_of(message, Section::authority),
        .arcount = count_of(message, Section::additional),
        .body_len = static_cast<uint16_t>(entry.body.size()),
        .core_len = core_length(message),
        .limit = context.limit,
        .ttl_count = static_cast<uint16_t>(ttl_offsets.size()),
        .ttl_odd = static_cast<uint16_t>(odd),
        .qtype = message.qtype,
        .view = context.view,
        .name_len = static_cast<uint8_t>(message.qname.size()),
        .query_bits = context.query_bits,
        .pad = {},
    };
    return entry;
}

} // namespace fastpath
