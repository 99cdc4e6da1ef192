// SPDX-License-Identifier: Apache-2.0
#include "ctl/pinned.h"

#include "bpf/counter_map.h"
#include "bpf/mapped_memory.h"
#include "metrics/config_rows.h"
#include "util/clock.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bpf/bpf.h>
#include <string>
#include <string_view>

namespace fastpath::ctl {

namespace {

// Of a map that has one element.
template <class T> Result<T> element_of(const Pinned &pinned, const std::string &name) {
    const Result<UniqueFd> map = pinned.directory.open_map(name);
    if (!map) {
        return tl::unexpected(map.error());
    }
    const uint32_t zero = 0;
    T element = {};
    if (bpf_map_lookup_elem(map->get(), &zero, &element) != 0) {
        return fail_errno("cannot read the map " + name);
    }
    return element;
}

} // namespace

Result<std::optional<Pinned>> open_pinned(const std::filesystem::path &path) {
    // bpffs is for root alone: what cannot be seen must not be reported as not there.
    std::error_code code;
    const std::filesystem::file_status status = std::filesystem::status(path / "meta", code);
    if (status.type() == std::filesystem::file_type::none) {
        return fail("cannot look into the pin directory " + path.string() + ": " + code.message());
    }
    std::optional<PinDirectory> directory = PinDirectory::open(path);
    if (!directory) {
        return std::nullopt;
    }
    const Result<std::optional<fp_meta>> meta = directory->read_meta();
    if (!meta) {
        return tl::unexpected(meta.error());
    }
    if (!*meta) {
        return std::nullopt;
    }
    return Pinned{std::move(*directory), **meta};
}

Result<fp_counters> counters_of(const Pinned &pinned) {
    const Result<UniqueFd> map = pinned.directory.open_map("counters");
    if (!map) {
        return tl::unexpected(map.error());
    }
    return read_counters(map->get());
}

Result<fp_cache_counters> cache_counters_of(const Pinned &pinned) {
    return element_of<fp_cache_counters>(pinned, "cache_counters");
}

Result<fp_snapshot> snapshot_of(const Pinned &pinned) {
    return element_of<fp_snapshot>(pinned, "snapshot");
}

Result<fp_resolver> resolver_of(const Pinned &pinned) {
    return element_of<fp_resolver>(pinned, "resolver");
}

Result<fp_settings> settings_of(const Pinned &pinned) {
    return pinned.directory.open_map("settings")
        .and_then([](const UniqueFd &map) { return read_generations(map.get()); })
        .map([](const fp_generations &all) { return all.settings[all.generation & 1]; });
}

Result<std::vector<Attached>> attachments_of(const Pinned &pinned) {
    const Result<UniqueFd> map = pinned.directory.open_map("attachments");
    if (!map) {
        return tl::unexpected(map.error());
    }
    std::vector<Attached> interfaces = Attachments(pinned.directory, map->get()).list();
    std::sort(interfaces.begin(), interfaces.end(), [](const Attached &a, const Attached &b) {
        return std::string_view(a.record.interface) < std::string_view(b.record.interface);
    });
    return interfaces;
}

Result<std::set<IpAddress>> listeners_of(const Pinned &pinned) {
    const Result<UniqueFd> settings = pinned.directory.open_map("settings");
    const Result<UniqueFd> listeners = pinned.directory.open_map("listeners");
    if (!settings || !listeners) {
        return tl::unexpected(!settings ? settings.error() : listeners.error());
    }
    return read_listeners(settings->get(), listeners->get());
}

Result<std::vector<Upstream>> upstreams_of(const Pinned &pinned) {
    const Result<UniqueFd> upstreams = pinned.directory.open_map("upstreams");
    const Result<UniqueFd> counters = pinned.directory.open_map("upstream_counters");
    if (!upstreams || !counters) {
        return tl::unexpected(!upstreams ? upstreams.error() : counters.error());
    }
    return read_upstreams(upstreams->get(), counters->get());
}

Result<AnswerMaps> open_answers(const Pinned &pinned) {
    Result<UniqueFd> index = pinned.directory.open_map("answer_index");
    if (!index) {
        return tl::unexpected(index.error());
    }
    std::array<UniqueFd, FP_ANSWER_CLASS_COUNT> answers;
    AnswerMaps::Descriptors descriptors = {.index = index->get(), .pin_directory = pinned.directory.path()};
    for (uint32_t c = 0; c < FP_ANSWER_CLASS_COUNT; c++) {
        Result<UniqueFd> map = pinned.directory.open_map(std::string("answers_") + size_classes[c].name);
        if (!map) {
            return tl::unexpected(map.error());
        }
        answers[c] = std::move(*map);
        descriptors.answers[c] = answers[c].get();
    }
    return AnswerMaps::open(descriptors); // duplicates what it keeps
}

// Through shared memory: a write of the whole element would undo what the daemon wrote into it meanwhile.
Result<> change_meta(const Pinned &pinned, const std::function<void(fp_meta &)> &change) {
    const Result<UniqueFd> map = pinned.directory.open_map("meta");
    if (!map) {
        return tl::unexpected(map.error());
    }
    const Result<MappedMemory> memory = MappedMemory::of_map(map->get(), sizeof(fp_meta), "meta");
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    change(*reinterpret_cast<fp_meta *>(memory->data()));
    return {};
}

Result<> announce_flush(const Pinned &pinned) {
    return change_meta(pinned, [](fp_meta &meta) {
        std::atomic_ref<__u64>(meta.flushed_ns).store(monotonic_ns(), std::memory_order_seq_cst);
    });
}

} // namespace fastpath::ctl
