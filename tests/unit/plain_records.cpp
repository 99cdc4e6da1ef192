// SPDX-License-Identifier: Apache-2.0
#include "plain_records.h"

#include "dns/rdata.h"

#include <dns_fastpath/dns_wire.h>

namespace fastpath::test {
namespace {

size_t end_of_name(std::span<const uint8_t> wire, size_t at) {
    while (wire[at] != 0 && wire[at] <= FP_DNS_LABEL_MAX) {
        at += 1U + wire[at];
    }
    return at + (wire[at] == 0 ? 1 : 2);
}

// Of a field that is no name; strings that come last may be taken for one.
size_t end_of_field(std::span<const uint8_t> wire, size_t at, const RdataField &field, size_t end) {
    switch (field.kind) {
    case RdataField::Kind::octets:
        return at + field.size;
    case RdataField::Kind::string:
        return at + 1U + wire[at];
    default:
        return end;
    }
}

std::vector<uint8_t> plain_data(const Message &message, const Record &record) {
    std::vector<uint8_t> data;
    size_t at = record.rdata_offset;
    for (const RdataField &field : rdata_fields(record.type)) {
        if (field.kind == RdataField::Kind::name) {
            const WireName name = expand_name(message.wire, at);
            data.insert(data.end(), name.begin(), name.end());
            at = end_of_name(message.wire, at);
        } else {
            const size_t end = end_of_field(message.wire, at, field, record.end);
            const auto octets = message.wire.subspan(at, end - at);
            data.insert(data.end(), octets.begin(), octets.end());
            at = end;
        }
    }
    return data;
}

} // namespace

std::vector<PlainRecord> plain_records(const Message &message) {
    std::vector<PlainRecord> records;
    for (const Record &record : message.records) {
        records.push_back({.section = record.section,
                           .type = record.type,
                           .rclass = record.rclass,
                           .ttl = record.ttl,
                           .owner = message.owner(record),
                           .data = plain_data(message, record)});
    }
    return records;
}

} // namespace fastpath::test
