// SPDX-License-Identifier: Apache-2.0
// MapTypes: the BTF that an element of a map of maps is made with: bpftool prints it by that, and kernel 6.1 takes no element
// without where the first one has it.
#pragma once

#include <bpf/bpf.h>
#include <cstdint>

struct btf;

namespace fastpath {

struct MapTypes {
    int btf_fd = -1; // its owner's
    std::uint32_t key_type = 0;
    std::uint32_t value_type = 0;
};

// Of an array of `struct VALUE`, in the BTF of a loaded object. It is looked up there and not asked from the kernel by its
// number, which would take CAP_SYS_ADMIN. Nothing where the object has none: then maps are made without.
MapTypes find_map_types(const btf *types, int btf_fd, const char *value);

void set_types(bpf_map_create_opts &options, const MapTypes &types);

} // namespace fastpath
