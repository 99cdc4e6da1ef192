// SPDX-License-Identifier: Apache-2.0
// The reader of whole messages: header, question, records, OPT (RFC 1035 4, RFC 6891 6).
#include "dns/message.h"

#include "dns/rdata.h"
#include "dns/rr_type.h"
#include "dns/wire_reader.h"

#include <algorithm>
#include <array>
#include <limits>

namespace fastpath {
namespace {

class MessageParser {
  public:
    explicit MessageParser(std::span<const uint8_t> wire) : reader_(wire) { message_.wire = wire; }

    tl::expected<Message, ParseError> parse() && {
        header();
        question();
        for (const Section section : {Section::answer, Section::authority, Section::additional}) {
            for (uint16_t i = 0; i < counts_[static_cast<size_t>(section)] && !reader_.failed(); ++i) {
                record(section);
            }
        }
        if (reader_.left() != 0) {
            reader_.fail(ParseError::trailing);
        }
        if (reader_.failed()) {
            return tl::unexpected(*reader_.error());
        }
        message_.pointers = reader_.pointers();
        return std::move(message_);
    }

  private:
    void header();
    void question();
    void record(Section section);
    void record_data(const Record &record);
    void opt(const Record &record);

    WireReader reader_;
    Message message_;
    std::array<uint16_t, 3> counts_{}; // by Section
};

void MessageParser::header() {
    message_.id = reader_.u16();
    message_.flags = reader_.u16();
    const uint16_t questions = reader_.u16();
    for (uint16_t &count : counts_) {
        count = reader_.u16();
    }
    if (questions != 1) { // RFC 9619
        reader_.fail(ParseError::question_count);
    }
}

void MessageParser::question() {
    const uint16_t name_at = reader_.at();
    reader_.name(); // no name comes before it, so a pointer in it is an error
    message_.qtype = reader_.u16();
    message_.qclass = reader_.u16();
    message_.question_end = reader_.at();
    if (!reader_.failed()) {
        message_.qname = expand_name(message_.wire, name_at);
    }
}

void MessageParser::record(Section section) {
    Record record{.section = section, .offset = reader_.at()};
    reader_.name();
    record.name_end = reader_.at();
    record.type = reader_.u16();
    record.rclass = reader_.u16();
    record.ttl_offset = reader_.at();
    record.ttl = reader_.u32();
    record.rdata_len = reader_.u16();
    record.rdata_offset = reader_.at();
    if (record.rdata_len > reader_.left()) {
        reader_.fail(ParseError::overrun);
    }
    if (reader_.failed()) {
        return;
    }
    record.end = static_cast<uint16_t>(record.rdata_offset + record.rdata_len);
    if (record.type == rr_type::opt) {
        opt(record);
    } else {
        record_data(record);
        message_.records.push_back(record);
    }
}

void MessageParser::record_data(const Record &record) {
    reader_.enter(record.rdata_len, ParseError::rdata);
    for (const RdataField field : rdata_fields(record.type)) {
        switch (field.kind) {
        case RdataField::Kind::octets:
            reader_.skip(field.size);
            break;
        case RdataField::Kind::name:
            reader_.name();
            break;
        case RdataField::Kind::string:
            reader_.skip(reader_.u8());
            break;
        case RdataField::Kind::strings:
            do {
                reader_.skip(reader_.u8());
            } while (reader_.left() != 0 && !reader_.failed());
            break;
        case RdataField::Kind::rest:
            reader_.skip(reader_.left());
            break;
        }
    }
    reader_.leave();
}

void MessageParser::opt(const Record &record) {
    if (record.section != Section::additional) {
        reader_.fail(ParseError::opt_section);
    }
    if (message_.opt) {
        reader_.fail(ParseError::opt_repeated);
    }
    if (record.name_end != record.offset + 1) { // the root label itself, not a pointer to one
        reader_.fail(ParseError::opt_owner);
    }
    reader_.enter(record.rdata_len, ParseError::opt_options);
    while (reader_.left() != 0 && !reader_.failed()) {
        reader_.skip(2); // OPTION-CODE
        reader_.skip(reader_.u16());
    }
    reader_.leave();
    message_.opt = Opt{
        .offset = record.offset,
        .end = record.end,
        .udp_size = record.rclass,
        .flags = static_cast<uint16_t>(record.ttl),
        .extended_rcode = static_cast<uint8_t>(record.ttl >> 24),
        .version = static_cast<uint8_t>(record.ttl >> 16),
        .rdata_len = record.rdata_len,
    };
}

} // namespace

std::span<const Record> Message::section(Section wanted) const {
    const auto [first, last] =
        std::equal_range(records.begin(), records.end(), Record{.section = wanted},
                         [](const Record &left, const Record &right) { return left.section < right.section; });
    return {first, last};
}

tl::expected<Message, ParseError> parse_message(std::span<const uint8_t> wire) {
    if (wire.size() > std::numeric_limits<uint16_t>::max()) {
        return tl::unexpected(ParseError::too_long);
    }
    return MessageParser(wire).parse();
}

} // namespace fastpath
