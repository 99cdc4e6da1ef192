// SPDX-License-Identifier: Apache-2.0
#include "daemon/config_maps.h"

#include "config/acl.h"

#include <algorithm>
#include <bpf/bpf.h>
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

fp_client_key abi_key(const IpPrefix &prefix) {
    return {prefix.length, prefix.address.abi()};
}

std::vector<IpPrefix> listed_clients(int map_fd) {
    std::vector<IpPrefix> listed;
    fp_client_key key = {};
    const fp_client_key *previous = nullptr;
    while (bpf_map_get_next_key(map_fd, previous, &key) == 0) {
        listed.push_back({IpAddress::from_abi(key.addr), static_cast<uint8_t>(key.prefix_len)});
        previous = &key;
    }
    return listed;
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

Result<> write_settings(int map_fd, const Config &config) {
    const uint32_t zero = 0;
    const fp_settings settings = {.payload_size = config.edns.payload_size,
                                  .acl_action = static_cast<uint8_t>(abi_action(config.acl.action)),
                                  .ignore_cookies = config.edns.cookies == CookiePolicy::ignore,
                                  .stale_max_age = stale_max_age(config),
                                  .stale_ttl = seconds(config.cache.stale_ttl),
                                  .stale = static_cast<uint8_t>(abi_stale(config.cache.stale)),
                                  .prefetch = config.cache.prefetch,
                                  .pad = 0};
    if (bpf_map_update_elem(map_fd, &zero, &settings, BPF_ANY) != 0) {
        return fail_errno("cannot write the map settings");
    }
    return {};
}

Result<> sync_clients(int map_fd, const AclConfig &acl) {
    const std::vector<ClientRule> rules = client_rules(acl);
    for (const ClientRule &rule : rules) {
        const fp_client_key key = abi_key(rule.prefix);
        const fp_client client = {.allowed = rule.allowed, .pad = 0, .view = 0};
        if (bpf_map_update_elem(map_fd, &key, &client, BPF_ANY) != 0) {
            return fail_errno("cannot add " + to_string(rule.prefix) + " to the map clients");
        }
    }
    for (const IpPrefix &prefix : listed_clients(map_fd)) {
        if (std::none_of(rules.begin(), rules.end(), [&](const ClientRule &rule) { return rule.prefix == prefix; })) {
            const fp_client_key key = abi_key(prefix);
            bpf_map_delete_elem(map_fd, &key);
        }
    }
    return {};
}

} // namespace fastpath
