// SPDX-License-Identifier: Apache-2.0
#include "snapshot/reader.h"

#include "dns/byte_order.h"
#include "snapshot/block_crc.h"
#include "snapshot/codec.h"

#include <algorithm>
#include <unistd.h>

namespace fastpath::snapshot {

tl::unexpected<Error> SnapshotReader::damaged(const std::string &what) const {
    return fail("the snapshot " + name_ + " is damaged: " + what + " at octet " + std::to_string(at_) +
                "; nothing of it is taken");
}

Result<std::span<const uint8_t>> SnapshotReader::read(size_t octets) {
    buffer_.resize(std::max(buffer_.size(), octets));
    size_t got = 0;
    while (got < octets) {
        const ssize_t count = ::pread(fd_.get(), buffer_.data() + got, octets - got, static_cast<off_t>(at_ + got));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_errno("cannot read the snapshot " + name_);
        }
        if (count == 0) {
            break;
        }
        got += static_cast<size_t>(count);
    }
    return std::span<const uint8_t>(buffer_.data(), got);
}

Result<> SnapshotReader::read_preamble() {
    const Result<std::span<const uint8_t>> preamble = read(preamble_size);
    if (!preamble) {
        return tl::unexpected(preamble.error());
    }
    if (preamble->empty()) {
        return fail("the snapshot " + name_ + " is empty");
    }
    if (preamble->size() < preamble_size || !std::equal(magic.begin(), magic.end(), preamble->begin())) {
        return fail("the file " + name_ + " is no snapshot of dns-fastpath: is it the right one?");
    }
    if (const uint32_t version = load_be32(*preamble, magic.size()); version != format_version) {
        return fail("the snapshot " + name_ + " is of version " + std::to_string(version) +
                    " of the format, this program reads version " + std::to_string(format_version) +
                    "; only the release that wrote it can load it");
    }
    at_ += preamble_size;
    return {};
}

Result<SnapshotReader::Block> SnapshotReader::read_block() {
    const Result<std::span<const uint8_t>> begin = read(block_header_size);
    if (!begin) {
        return tl::unexpected(begin.error());
    }
    if (begin->size() < block_header_size) {
        return damaged("it ends too soon");
    }
    std::array<uint8_t, block_header_size> header = {};
    std::copy(begin->begin(), begin->end(), header.begin());
    const size_t length = load_be32(header, 8);
    if (length > max_payload) {
        return damaged("a block that is too long");
    }
    at_ += block_header_size;
    const Result<std::span<const uint8_t>> payload = read(length);
    if (!payload) {
        return tl::unexpected(payload.error());
    }
    if (payload->size() < length) {
        return damaged("it ends too soon");
    }
    if (block_crc(header, *payload) != load_be32(header, block_crc_at)) {
        return damaged("a wrong CRC");
    }
    at_ += length;
    return Block{
        .kind = static_cast<BlockKind>(load_be32(header, 0)), .records = load_be32(header, 4), .payload = *payload};
}

Result<> SnapshotReader::read_head() {
    const Result<Block> block = read_block();
    if (!block) {
        return tl::unexpected(block.error());
    }
    std::optional<Head> head = block->kind == BlockKind::head ? decode_head(block->payload) : std::nullopt;
    if (!head) {
        return damaged("no head");
    }
    head_ = std::move(*head);
    return {};
}

Result<> SnapshotReader::check_end(const Block &end) {
    if (end.kind != BlockKind::end || end.payload.size() != sizeof(uint64_t)) {
        return damaged("a block of an unknown kind");
    }
    if (load_be64(end.payload, 0) != answers_) {
        return damaged("another number of answers than it says");
    }
    const uint64_t end_of_file = at_;
    const Result<std::span<const uint8_t>> behind = read(1);
    if (!behind) {
        return tl::unexpected(behind.error());
    }
    if (!behind->empty()) {
        return damaged("more octets behind its end");
    }
    at_end_ = end_of_file;
    return {};
}

Result<> SnapshotReader::check_answers() {
    for (;;) {
        const Result<Block> block = read_block();
        if (!block) {
            return tl::unexpected(block.error());
        }
        if (block->kind != BlockKind::answers) {
            return check_end(*block);
        }
        std::span<const uint8_t> payload = block->payload;
        uint32_t records = 0;
        while (take_record(payload)) {
            records++;
        }
        if (!payload.empty() || records != block->records) {
            return damaged("a block whose records are not whole");
        }
        answers_ += records;
    }
}

Result<> SnapshotReader::check() {
    Result<> checked = read_preamble();
    checked = checked ? read_head() : checked;
    at_answers_ = at_;
    checked = checked ? check_answers() : checked;
    at_ = at_answers_;
    return checked;
}

Result<SnapshotReader> SnapshotReader::open(UniqueFd fd, std::string name) {
    SnapshotReader reader(std::move(fd), std::move(name));
    if (const Result<> checked = reader.check(); !checked) {
        return tl::unexpected(checked.error());
    }
    return reader;
}

// Checked once more, block by block: what was right a moment ago may have been written over.
Result<std::optional<Record>> SnapshotReader::next() {
    while (rest_.empty()) {
        const uint64_t begin = at_;
        const Result<Block> block = read_block();
        if (!block) {
            return tl::unexpected(block.error());
        }
        if (block->kind != BlockKind::answers) {
            at_ = begin;
            return std::optional<Record>();
        }
        rest_ = block->payload;
    }
    const std::optional<Record> record = take_record(rest_);
    if (!record) {
        return damaged("a block whose records are not whole");
    }
    return record;
}

} // namespace fastpath::snapshot
