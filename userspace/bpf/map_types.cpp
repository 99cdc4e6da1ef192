// SPDX-License-Identifier: Apache-2.0
#include "bpf/map_types.h"

#include <bpf/btf.h>

namespace fastpath {

MapTypes find_map_types(const btf *types, int btf_fd, const char *value) {
    if (types == nullptr || btf_fd < 0) {
        return {};
    }
    const int key_type = btf__find_by_name_kind(types, "unsigned int", BTF_KIND_INT);
    const int value_type = btf__find_by_name_kind(types, value, BTF_KIND_STRUCT);
    if (key_type < 0 || value_type < 0) {
        return {};
    }
    return {btf_fd, static_cast<std::uint32_t>(key_type), static_cast<std::uint32_t>(value_type)};
}

void set_types(bpf_map_create_opts &options, const MapTypes &types) {
    if (types.btf_fd >= 0) {
        options.btf_fd = static_cast<std::uint32_t>(types.btf_fd);
        options.btf_key_type_id = types.key_type;
        options.btf_value_type_id = types.value_type;
    }
}

} // namespace fastpath
