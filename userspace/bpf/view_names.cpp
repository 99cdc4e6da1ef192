// SPDX-License-Identifier: Apache-2.0
#include "bpf/view_names.h"

#include <bpf/bpf.h>
#include <dns_fastpath/steer.h>

namespace fastpath {

Result<std::map<std::string, uint16_t>> read_view_names(int map_fd) {
    std::map<std::string, uint16_t> names;
    for (uint32_t number = 0; number < FP_VIEWS_MAX; number++) {
        fp_view view = {};
        if (bpf_map_lookup_elem(map_fd, &number, &view) != 0) {
            return fail_errno("cannot read the map views");
        }
        if (view.name[0] != '\0') {
            names[view.name] = static_cast<uint16_t>(number);
        }
    }
    return names;
}

} // namespace fastpath
