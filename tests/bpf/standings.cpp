// SPDX-License-Identifier: Apache-2.0
#include "standings.h"

#include "loaded.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace fastpath::test {
namespace {

struct Place {
    size_t at;
    size_t size;
    size_t whole; // the value, as the kernel hands it out for each CPU
};

// Of a member of the value of a map, whose type is the programs' own.
Place find_member(int map_fd, std::string_view member) {
    bpf_map_info info = {};
    __u32 info_size = sizeof(info);
    if (bpf_obj_get_info_by_fd(map_fd, &info, &info_size) != 0) {
        throw std::runtime_error("the kernel does not describe the scratch memory");
    }
    const std::unique_ptr<btf, decltype(&btf__free)> types(btf__load_from_kernel_by_id(info.btf_id), btf__free);
    const btf_type *const type = btf__type_by_id(types.get(), info.btf_value_type_id);
    for (uint32_t i = 0; type != nullptr && i < btf_vlen(type); i++) {
        const btf_member &candidate = btf_members(type)[i];
        if (btf__name_by_offset(types.get(), candidate.name_off) == member) {
            return {btf_member_bit_offset(type, i) / 8,
                    static_cast<size_t>(btf__resolve_size(types.get(), candidate.type)),
                    size_t{info.value_size + 7} / 8 * 8};
        }
    }
    throw std::runtime_error("the scratch memory has no " + std::string(member));
}

} // namespace

void forget_standings() {
    const int scratch = Loaded::instance().programs.map("scratch");
    static const Place place = find_member(scratch, "standings");
    const uint32_t zero = 0;
    const auto cpus = static_cast<size_t>(libbpf_num_possible_cpus());
    std::vector<std::byte> memory(place.whole * cpus);
    if (bpf_map_lookup_elem(scratch, &zero, memory.data()) != 0) {
        throw std::runtime_error("cannot read the scratch memory");
    }
    for (size_t cpu = 0; cpu < cpus; cpu++) {
        std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(cpu * place.whole + place.at), place.size,
                    std::byte{0});
    }
    if (bpf_map_update_elem(scratch, &zero, memory.data(), BPF_ANY) != 0) {
        throw std::runtime_error("cannot write the scratch memory");
    }
}

} // namespace fastpath::test
