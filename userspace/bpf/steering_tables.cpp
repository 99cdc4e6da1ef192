// SPDX-License-Identifier: Apache-2.0
#include "bpf/steering_tables.h"

#include <bpf/bpf.h>
#include <vector>

namespace fastpath {

namespace {

// Each needs a descriptor for a moment, of which a process may have but 1,024.
constexpr std::size_t tables_at_once = 64;

} // namespace

Result<SteeringTables> SteeringTables::open(const Programs &programs) {
    Result<MappedMemory> places =
        MappedMemory::of_map(programs.map("table_places"), sizeof(fp_table_places), "table_places");
    if (!places) {
        return tl::unexpected(places.error());
    }
    return SteeringTables(programs, std::move(*places));
}

SteeringTables::SteeringTables(const Programs &programs, MappedMemory places)
    : map_fd_(programs.map("tables")), types_(programs.types_of("fp_table")), places_(std::move(places)) {
    mark(0); // there from the start (bpf/maps.h)
    for (std::uint32_t number = 0; number < FP_TABLES_MAX; number++) {
        if ((place_word(number) >> number % 64 & 1) != 0) {
            written_[number] = nullptr;
        }
    }
}

std::uint64_t &SteeringTables::place_word(std::uint32_t number) const {
    return reinterpret_cast<std::uint64_t *>(places_.data())[number / 64];
}

void SteeringTables::mark(std::uint32_t number) {
    place_word(number) |= std::uint64_t{1} << number % 64;
}

void SteeringTables::unmark(std::uint32_t number) {
    place_word(number) &= ~(std::uint64_t{1} << number % 64);
}

Result<> SteeringTables::put(std::uint32_t generation, const Tables &tables) {
    Numbered wanted;
    for (const auto &[key, table] : tables) {
        wanted[fp_table_number(generation, key.pool, key.is_ipv6, key.tier)] = table;
    }
    Numbered changed;
    for (const auto &[number, table] : wanted) {
        const auto found = written_.find(number);
        if (found == written_.end() || found->second != table) {
            changed[number] = table;
        }
        if (changed.size() == tables_at_once) {
            if (Result<> written = write(changed); !written) {
                return written;
            }
            changed.clear();
        }
    }
    if (Result<> written = write(changed); !written) {
        return written;
    }
    const std::uint32_t first = fp_table_number(generation, 0, 0, 0);
    const std::uint32_t end = first + FP_TABLES_MAX / 2;
    for (auto at = written_.lower_bound(first); at != written_.end() && at->first < end;) {
        if (wanted.contains(at->first)) {
            ++at;
            continue;
        }
        if (bpf_map_delete_elem(map_fd_, &at->first) != 0 && errno != ENOENT) {
            return fail_errno("cannot remove element " + std::to_string(at->first) + " of the map tables");
        }
        unmark(at->first);
        at = written_.erase(at);
    }
    return {};
}

// In one call, because the kernel then waits only once for the programs that look into the old ones (since 6.8; before, for each).
Result<> SteeringTables::write(const Numbered &changed) {
    std::vector<UniqueFd> arrays; // the map keeps them from here on
    std::vector<std::uint32_t> numbers;
    std::vector<int> descriptors;
    for (const auto &[number, table] : changed) {
        Result<UniqueFd> array = make(table->entries);
        if (!array) {
            return tl::unexpected(array.error());
        }
        numbers.push_back(number);
        descriptors.push_back(array->get());
        arrays.push_back(std::move(*array));
    }
    for (const std::uint32_t number : numbers) {
        mark(number);
        written_[number] = nullptr; // whatever the call leaves there
    }
    auto count = static_cast<std::uint32_t>(numbers.size());
    if (count > 0 && bpf_map_update_batch(map_fd_, numbers.data(), descriptors.data(), &count, nullptr) != 0) {
        return fail_errno("cannot write the map tables");
    }
    for (const auto &[number, table] : changed) {
        written_[number] = table;
    }
    return {};
}

Result<UniqueFd> SteeringTables::make(const fp_table &entries) const {
    LIBBPF_OPTS(bpf_map_create_opts, options);
    set_types(options, types_);
    const std::uint32_t zero = 0;
    UniqueFd array(bpf_map_create(BPF_MAP_TYPE_ARRAY, "table", sizeof(zero), sizeof(entries), 1, &options));
    if (!array || bpf_map_update_elem(array.get(), &zero, &entries, BPF_ANY) != 0) {
        return fail_errno("cannot allocate a table of upstreams");
    }
    return array;
}

} // namespace fastpath
