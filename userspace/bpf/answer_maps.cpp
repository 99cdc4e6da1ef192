// SPDX-License-Identifier: Apache-2.0
#include "bpf/answer_maps.h"

#include <algorithm>
#include <atomic>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <optional>
#include <string>
#include <unistd.h>

namespace fastpath {

namespace {

Result<UniqueFd> duplicate(int fd) {
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!copy) {
        return fail_errno("cannot duplicate a map descriptor");
    }
    return copy;
}

Result<bpf_map_info> map_info(int fd) {
    bpf_map_info info = {};
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) {
        return fail_errno("cannot read the properties of a BPF map");
    }
    return info;
}

} // namespace

Result<AnswerMaps> AnswerMaps::open(const Descriptors &maps) {
    AnswerMaps result;
    const Result<bpf_map_info> index = map_info(maps.index);
    if (!index) {
        return tl::unexpected(index.error());
    }
    Result<MappedMemory> memory =
        MappedMemory::of_map(maps.index, size_t{index->max_entries} * sizeof(fp_bucket), "answer_index");
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    result.index_memory_ = std::move(*memory);
    result.index_ = {reinterpret_cast<fp_bucket *>(result.index_memory_.data()), index->max_entries};

    for (uint32_t c = 0; c < FP_ANSWER_CLASS_COUNT; c++) {
        Result<UniqueFd> outer = duplicate(maps.answers[c]);
        if (!outer) {
            return tl::unexpected(outer.error());
        }
        result.classes_[c].outer = std::move(*outer);
        result.classes_[c].types = maps.types[c];
    }
    result.pin_directory_ = maps.pin_directory;
    if (Result<> mapped = result.refresh(); !mapped) {
        return tl::unexpected(mapped.error());
    }
    return result;
}

// Read anew each time: the daemon may have more in use a moment later. What no daemon has written does not lead beyond the map.
std::span<fp_bucket> AnswerMaps::buckets() {
    const std::span<fp_bucket> room = bucket_room();
    return room.first(std::min<size_t>(size_t{fp_bucket_mask(index_.data())} + 1, room.size()));
}

void AnswerMaps::use_buckets(size_t count) {
    std::atomic_ref<__u64>(index_[0].way[0]).store(count - 1, std::memory_order_release);
}

// As libbpf names the pin of the first one, which is a map of the object.
std::string AnswerMaps::chunk_pin(fp_answer_class size_class, uint32_t number) const {
    return pin_directory_ / ("answers_" + std::string(size_classes[size_class].name) + "_" + std::to_string(number));
}

// An empty descriptor where the class has no such chunk. By its pin: what the map of maps gives us is a number, and to open a map
// by its number takes CAP_SYS_ADMIN, which the daemon does not have under systemd.
Result<UniqueFd> AnswerMaps::open_chunk(fp_answer_class size_class, uint32_t number) const {
    uint32_t id = 0;
    if (bpf_map_lookup_elem(classes_[size_class].outer.get(), &number, &id) != 0) {
        return UniqueFd();
    }
    UniqueFd chunk(pin_directory_.empty() ? bpf_map_get_fd_by_id(id)
                                          : bpf_obj_get(chunk_pin(size_class, number).c_str()));
    if (!chunk) {
        return fail_errno("cannot open chunk " + std::to_string(number) + " of the answer cache");
    }
    return chunk;
}

// One that is there already is of a daemon that died before it had used it.
Result<> AnswerMaps::pin_chunk(fp_answer_class size_class, uint32_t number, int chunk_fd) const {
    if (pin_directory_.empty()) {
        return {};
    }
    const std::string pin = chunk_pin(size_class, number);
    ::unlink(pin.c_str());
    return bpf_obj_pin(chunk_fd, pin.c_str()) == 0 ? Result<>()
                                                   : Result<>(fail_errno("cannot pin a chunk of the answer cache"));
}

Result<> AnswerMaps::map_chunk(fp_answer_class size_class, int chunk_fd) {
    const SizeClass &shape = size_classes[size_class];
    Result<MappedMemory> memory =
        MappedMemory::of_map(chunk_fd, size_t{shape.chunk_slots} * shape.slot_size, shape.name);
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    classes_[size_class].chunks.push_back(memory->data());
    classes_[size_class].mappings.push_back(std::move(*memory));
    return {};
}

Result<> AnswerMaps::refresh() {
    for (uint32_t c = 0; c < FP_ANSWER_CLASS_COUNT; c++) {
        ClassMaps &maps = classes_[c];
        for (auto number = static_cast<uint32_t>(maps.chunks.size()); number < FP_CHUNKS_MAX; number++) {
            Result<UniqueFd> chunk = open_chunk(static_cast<fp_answer_class>(c), number);
            if (!chunk) {
                return tl::unexpected(chunk.error());
            }
            if (!*chunk) {
                break;
            }
            if (Result<> mapped = map_chunk(static_cast<fp_answer_class>(c), chunk->get()); !mapped) {
                return mapped;
            }
            if (number == 0) {
                maps.first_chunk = std::move(*chunk);
            }
        }
        if (maps.chunks.empty()) {
            return fail(std::string("the answer cache has no chunk of class ") + size_classes[c].name +
                        "; remove the pins with `dns-fastpathctl detach` and start the daemon again");
        }
    }
    return {};
}

// Of the shape of the first chunk, so that the kernel takes it as an element. The pin comes before the element: one that finds the
// element can open it.
Result<> AnswerMaps::grow(fp_answer_class size_class) {
    ClassMaps &maps = classes_[size_class];
    const auto number = static_cast<uint32_t>(maps.chunks.size());
    const Result<bpf_map_info> model = map_info(maps.first_chunk.get());
    if (!model) {
        return tl::unexpected(model.error());
    }
    if (number >= FP_CHUNKS_MAX) {
        return fail("the answer cache cannot have more chunks");
    }
    LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = model->map_flags);
    set_types(options, maps.types);
    const std::string name = "answers_" + std::string(size_classes[size_class].name, 1) + std::to_string(number);
    const UniqueFd chunk(bpf_map_create(BPF_MAP_TYPE_ARRAY, name.c_str(), model->key_size, model->value_size,
                                        model->max_entries, &options));
    if (!chunk) {
        return fail_errno("cannot allocate a chunk of the answer cache");
    }
    if (Result<> pinned = pin_chunk(size_class, number, chunk.get()); !pinned) {
        return pinned;
    }
    if (Result<> mapped = map_chunk(size_class, chunk.get()); !mapped) {
        return mapped;
    }
    const int chunk_fd = chunk.get();
    if (bpf_map_update_elem(maps.outer.get(), &number, &chunk_fd, BPF_ANY) != 0) {
        auto error = fail_errno("cannot add a chunk to the answer cache");
        maps.chunks.pop_back();
        maps.mappings.pop_back();
        return error;
    }
    return {};
}

// An update of a map-in-map from userspace returns after an RCU grace period, whatever it writes: the kernel promises that no
// program still uses the old inner map (maybe_wait_bpf_programs in kernel/bpf/syscall.c, since 4.20). The same chunk is
// written again, so nothing changes.
bool AnswerMaps::wait_for_readers() {
    const ClassMaps &maps = classes_[FP_ANSWER_small];
    const uint32_t first = 0;
    const int chunk_fd = maps.first_chunk.get();
    return bpf_map_update_elem(maps.outer.get(), &first, &chunk_fd, BPF_ANY) == 0;
}

} // namespace fastpath
