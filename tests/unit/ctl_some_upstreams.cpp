// SPDX-License-Identifier: Apache-2.0
#include "unit/ctl_some_upstreams.h"

#include "util/address.h"

#include <cstring>
#include <stdexcept>

namespace fastpath::test {

namespace {

constexpr uint64_t state_since_ns = now_ns - 300 * FP_NSEC_PER_SEC;

} // namespace

fp_upstream upstream_of(const char *pool, const char *address_or_local, const char *az, uint32_t tier) {
    fp_upstream upstream = {};
    if (std::string(address_or_local) == "local") {
        upstream.is_local = 1;
    } else {
        upstream.address = parse_address(address_or_local).value().abi();
    }
    upstream.state = FP_UPSTREAM_UP;
    upstream.state_since_ns = state_since_ns;
    upstream.tier = tier;
    upstream.weight = 100;
    std::strcpy(upstream.pool, pool);
    std::strcpy(upstream.az, az);
    return upstream;
}

std::vector<Upstream> some_upstreams() {
    return {
        {upstream_of("default", "198.18.1.11", "az1", 0), {}}, {upstream_of("default", "198.18.1.12", "az1", 0), {}},
        {upstream_of("default", "198.18.2.11", "az2", 1), {}}, {upstream_of("local", "local", "az1", 0), {}},
        {upstream_of("vpc", "local", "az1", 0), {}},           {upstream_of("vpc", "198.18.2.11", "az2", 1), {}}};
}

fp_resolver resolver_up() {
    fp_resolver resolver = {};
    resolver.state = FP_RESOLVER_UP;
    resolver.state_since_ns = state_since_ns;
    return resolver;
}

fp_meta meta_with_heartbeat(uint64_t age_seconds) {
    fp_meta meta = {};
    meta.heartbeat_ns = now_ns - age_seconds * FP_NSEC_PER_SEC;
    return meta;
}

Upstream &find(std::vector<Upstream> &upstreams, const std::string &pool, const std::string &name) {
    for (Upstream &upstream : upstreams) {
        if (pool_of(upstream.record) == pool && name_of(upstream.record) == name) {
            return upstream;
        }
    }
    throw std::out_of_range(name + " of pool " + pool);
}

} // namespace fastpath::test
