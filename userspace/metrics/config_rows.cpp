// SPDX-License-Identifier: Apache-2.0
#include "metrics/config_rows.h"

#include <bpf/bpf.h>

namespace fastpath {

namespace {

// A walk beside the daemon may begin anew and see some rows twice.
std::set<IpAddress> listeners_of(int listeners_fd, uint32_t generation) {
    std::set<IpAddress> addresses;
    fp_listener_key key = {};
    const fp_listener_key *previous = nullptr;
    while (bpf_map_get_next_key(listeners_fd, previous, &key) == 0) {
        if (key.generation == generation) {
            addresses.insert(IpAddress::from_abi(key.addr));
        }
        previous = &key;
    }
    return addresses;
}

} // namespace

Result<fp_generations> read_generations(int settings_fd) {
    const uint32_t zero = 0;
    fp_generations generations = {};
    if (bpf_map_lookup_elem(settings_fd, &zero, &generations) != 0) {
        return fail_errno("cannot read the map settings");
    }
    return generations;
}

// Again where a reload went by: the rows that were looked for may be gone.
Result<std::set<IpAddress>> read_listeners(int settings_fd, int listeners_fd) {
    Result<fp_generations> before = read_generations(settings_fd);
    while (before) {
        const std::set<IpAddress> addresses = listeners_of(listeners_fd, before->generation);
        const Result<fp_generations> after = read_generations(settings_fd);
        if (after && after->generation == before->generation) {
            return addresses;
        }
        before = after;
    }
    return tl::unexpected(before.error());
}

} // namespace fastpath
