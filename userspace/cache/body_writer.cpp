// SPDX-License-Identifier: Apache-2.0
// Octets are copied as they come; only compression pointers (RFC 1035 4.1.4) are written anew, because what they lead to
// may have moved, may be about to move with each answer, or may be gone with the OPT.
#include "cache/body_writer.h"

#include "dns/byte_order.h"

#include <dns_fastpath/dns_wire.h>

namespace fastpath {
namespace {

constexpr uint16_t pointer_type = 0xc000;
constexpr uint16_t pointer_offset = 0x3fff;

class BodyWriter {
  public:
    explicit BodyWriter(const Message &message)
        : message_(message), place_(message.wire.size()), next_pointer_(message.pointers.begin()) {
        body_.records.push_back(0);
    }

    // Records come in the order of the message.
    void add(const Record &record, bool movable) {
        may_be_pointed_at_ = !movable;
        copy(record.offset, record.rdata_offset);
        const size_t data_at = body_.octets.size();
        copy(record.rdata_offset, record.end);
        store_be16(body_.octets, data_at - sizeof(uint16_t), static_cast<uint16_t>(body_.octets.size() - data_at));
        body_.ttl_offsets.push_back(static_cast<uint16_t>(data_at - sizeof(uint16_t) - sizeof(uint32_t)));
        body_.records.push_back(static_cast<uint16_t>(body_.octets.size()));
    }
    [[nodiscard]] size_t size() const { return body_.octets.size(); }
    [[nodiscard]] Body take() && { return std::move(body_); }

  private:
    // Copies octets of the message with the pointers among them.
    void copy(size_t begin, size_t end) {
        while (next_pointer_ != message_.pointers.end() && *next_pointer_ < end) {
            const size_t pointer = *next_pointer_++;
            copy_plain(begin, pointer);
            write_pointer(pointer);
            begin = pointer + sizeof(uint16_t);
        }
        copy_plain(begin, end);
    }

    void copy_plain(size_t begin, size_t end) {
        for (size_t at = begin; at < end; ++at) {
            remember(at);
            body_.octets.push_back(message_.wire[at]);
        }
    }

    // The rest of the name is written label by label until the next one is there already, or it ends.
    void write_pointer(size_t at) {
        remember(at);
        for (size_t next = target(at); !point_at(next);) {
            const uint8_t octet = message_.wire[next];
            if (octet > FP_DNS_LABEL_MAX) {
                next = target(next);
                continue;
            }
            copy_plain(next, next + 1 + octet);
            if (octet == 0) {
                return;
            }
            next += 1U + octet;
        }
    }

    [[nodiscard]] size_t target(size_t pointer) const { return load_be16(message_.wire, pointer) & pointer_offset; }

    // The part of a name that is at `at` of the message will be found where the body ends now.
    void remember(size_t at) {
        const size_t place = message_.question_end + body_.octets.size();
        if (may_be_pointed_at_ && place <= pointer_offset) {
            place_[at] = static_cast<uint16_t>(place);
        }
    }

    // False where nothing to point at stands for this octet of the message. The question stays where it is.
    bool point_at(size_t at) {
        const size_t place = at < message_.question_end ? at : place_[at];
        if (place == 0) {
            return false;
        }
        body_.octets.resize(body_.octets.size() + sizeof(uint16_t));
        store_be16(body_.octets, body_.octets.size() - sizeof(uint16_t), static_cast<uint16_t>(pointer_type | place));
        return true;
    }

    const Message &message_;
    Body body_;
    std::vector<uint16_t> place_; // in an answer, by offset in the message; 0 = none
    std::vector<uint16_t>::const_iterator next_pointer_;
    bool may_be_pointed_at_ = true;
};

} // namespace

std::optional<Body> write_body(const Message &message, RecordRange movable, size_t most) {
    BodyWriter writer(message);
    for (size_t i = 0; i < message.records.size(); ++i) {
        writer.add(message.records[i], movable.contains(i));
        if (writer.size() > most) {
            return std::nullopt;
        }
    }
    return std::move(writer).take();
}

} // namespace fastpath
