// SPDX-License-Identifier: Apache-2.0
#include "daemon/settings.h"

#include <dns_fastpath/config.h>

namespace fastpath {

namespace {

uint32_t seconds(std::chrono::seconds duration) {
    return static_cast<uint32_t>(duration.count());
}

fp_acl_action abi_action(AclAction action) {
    switch (action) {
    case AclAction::drop:
        return FP_ACL_DROP;
    case AclAction::pass:
        return FP_ACL_PASS;
    case AclAction::refuse:
        break;
    }
    return FP_ACL_REFUSE;
}

fp_stale abi_stale(StalePolicy policy) {
    switch (policy) {
    case StalePolicy::always:
        return FP_STALE_ALWAYS;
    case StalePolicy::on_failure:
        return FP_STALE_ON_FAILURE;
    case StalePolicy::off:
        break;
    }
    return FP_STALE_OFF;
}

uint32_t client_query_ns(const RateLimitConfig &limit) {
    return limit.per_client_qps == 0 ? 0 : static_cast<uint32_t>(FP_NSEC_PER_SEC / limit.per_client_qps);
}

} // namespace

CachePolicy cache_policy(const Config &config) {
    return {.min_ttl = seconds(config.cache.min_ttl),
            .max_ttl = seconds(config.cache.max_ttl),
            .max_negative_ttl = seconds(config.cache.max_negative_ttl),
            .failure_ttl = seconds(config.cache.failure_ttl),
            .payload_size = config.edns.payload_size};
}

uint32_t stale_max_age(const Config &config) {
    return config.cache.stale == StalePolicy::off ? 0 : seconds(config.cache.stale_max_age);
}

fp_settings settings_of(const Config &config) {
    fp_settings settings = {};
    settings.payload_size = config.edns.payload_size;
    settings.acl_action = static_cast<uint8_t>(abi_action(config.acl.action));
    settings.ignore_cookies = config.edns.cookies == CookiePolicy::ignore;
    settings.stale_max_age = stale_max_age(config);
    settings.stale_ttl = seconds(config.cache.stale_ttl);
    settings.stale = static_cast<uint8_t>(abi_stale(config.cache.stale));
    settings.prefetch = config.cache.prefetch;
    settings.first_port = config.steering.source_ports.first;
    settings.ports = static_cast<uint16_t>(config.steering.source_ports.last - config.steering.source_ports.first + 1);
    settings.client_query_ns = client_query_ns(config.rate_limit);
    settings.flow_life_ns = static_cast<uint64_t>(std::chrono::nanoseconds(config.steering.timeout).count());
    return settings;
}

} // namespace fastpath
