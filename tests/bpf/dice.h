// SPDX-License-Identifier: Apache-2.0
// What the controlled programs' generator of ports and ids (bpf/lib/random.h) will give next: its key is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/config.h>
#include <vector>

namespace fastpath::test {

struct Throw {
    uint16_t port;
    uint16_t id;
};

// With one source address; several take a throw of their own for each query.
[[nodiscard]] std::vector<Throw> next_throws(const fp_settings &settings, size_t count);

} // namespace fastpath::test
