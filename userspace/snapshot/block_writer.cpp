// SPDX-License-Identifier: Apache-2.0
#include "snapshot/block_writer.h"

#include "dns/byte_order.h"
#include "snapshot/block_crc.h"
#include "snapshot/codec.h"

#include <algorithm>
#include <unistd.h>

namespace fastpath::snapshot {

namespace {

// Blocks this large cost few system calls and little memory; with its last record one stays below max_payload.
constexpr size_t payload_enough = size_t{128} << 10;

std::string write_advice(int code) {
    return code == ENOSPC || code == EDQUOT ? "; make room there, or name another place" : "";
}

} // namespace

Result<> BlockWriter::write(std::span<const uint8_t> octets) {
    while (!octets.empty()) {
        const ssize_t written = ::write(fd_, octets.data(), octets.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            const int code = errno;
            auto error = fail_errno("cannot write the snapshot " + name_, code);
            error.value().message += write_advice(code);
            return error;
        }
        octets = octets.subspan(static_cast<size_t>(written));
        bytes_ += static_cast<uint64_t>(written);
    }
    return {};
}

Result<> BlockWriter::write_block(BlockKind kind, uint32_t records, std::span<const uint8_t> payload) {
    std::array<uint8_t, block_header_size> header = {};
    store_be32(header, 0, static_cast<uint32_t>(kind));
    store_be32(header, 4, records);
    store_be32(header, 8, static_cast<uint32_t>(payload.size()));
    store_be32(header, block_crc_at, block_crc(header, payload));
    Result<> written = write(header);
    return written ? write(payload) : written;
}

Result<> BlockWriter::begin(const Head &head) {
    std::array<uint8_t, preamble_size> preamble = {};
    std::copy(magic.begin(), magic.end(), preamble.begin());
    store_be32(preamble, magic.size(), format_version);
    Result<> written = write(preamble);
    return written ? write_block(BlockKind::head, 0, encode(head)) : written;
}

Result<> BlockWriter::write_answers() {
    Result<> written = write_block(BlockKind::answers, records_, payload_);
    payload_.clear();
    records_ = 0;
    return written;
}

Result<> BlockWriter::add(const Record &record) {
    append(payload_, record);
    records_++;
    answers_++;
    return payload_.size() >= payload_enough ? write_answers() : Result<>();
}

Result<> BlockWriter::end() {
    if (records_ != 0) {
        if (Result<> written = write_answers(); !written) {
            return written;
        }
    }
    std::array<uint8_t, sizeof(uint64_t)> count = {};
    store_be64(count, 0, answers_);
    return write_block(BlockKind::end, 0, count);
}

} // namespace fastpath::snapshot
