// SPDX-License-Identifier: Apache-2.0
#include "ctl/policy_names.h"

#include "bpf/view_names.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <map>
#include <memory>

namespace fastpath::ctl {

namespace {

bool covers(const IpPrefix &prefix, const IpAddress &address) {
    for (unsigned bit = 0; bit < prefix.length; bit++) {
        const unsigned mask = 0x80U >> bit % 8;
        if ((prefix.address.octets.at(bit / 8) & mask) != (address.octets.at(bit / 8) & mask)) {
            return false;
        }
    }
    return true;
}

// The first upstream of a Maglev table, which is an element of the map of maps `tables`.
std::optional<uint16_t> first_member(int tables_fd, uint32_t number) {
    uint32_t table_id = 0;
    if (bpf_map_lookup_elem(tables_fd, &number, &table_id) != 0) {
        return std::nullopt;
    }
    const UniqueFd table_fd(bpf_map_get_fd_by_id(table_id));
    const auto table = std::make_unique<fp_table>();
    const uint32_t zero = 0;
    if (!table_fd || bpf_map_lookup_elem(table_fd.get(), &zero, table.get()) != 0 || table->members == 0) {
        return std::nullopt;
    }
    return table->member[0];
}

} // namespace

// A look-up in an LPM trie does not say which prefix it was.
Result<std::optional<ClientRule>> client_rule_of(const Pinned &pinned, uint32_t generation, const IpAddress &client) {
    const Result<UniqueFd> map = pinned.directory.open_map("clients");
    if (!map) {
        return tl::unexpected(map.error());
    }
    std::optional<ClientRule> longest;
    fp_client_key key = {};
    for (const fp_client_key *previous = nullptr; bpf_map_get_next_key(map->get(), previous, &key) == 0;
         previous = &key) {
        const IpPrefix prefix = {IpAddress::from_abi(key.addr),
                                 static_cast<uint8_t>(key.prefix_len - FP_CLIENT_PREFIX_BITS)};
        const bool is_longer = !longest || prefix.length > longest->prefix.length;
        if (key.generation == generation && is_longer && covers(prefix, client)) {
            longest = ClientRule{.prefix = prefix};
            bpf_map_lookup_elem(map->get(), &key, &longest->row);
        }
    }
    return longest;
}

Result<std::string> view_name(const Pinned &pinned, uint16_t view) {
    const Result<std::map<std::string, uint16_t>> names =
        pinned.directory.open_map("views").and_then([](const UniqueFd &map) { return read_view_names(map.get()); });
    if (!names) {
        return tl::unexpected(names.error());
    }
    const auto found =
        std::find_if(names->begin(), names->end(), [view](const auto &name) { return name.second == view; });
    return found != names->end() ? found->first : "number " + std::to_string(view);
}

std::string pool_name(const Pinned &pinned, uint32_t generation, uint16_t pool) {
    const Result<UniqueFd> tables = pinned.directory.open_map("tables");
    const Result<UniqueFd> upstreams = pinned.directory.open_map("upstreams");
    for (uint32_t table = 0; tables && upstreams && table < 2 * FP_TIERS; table++) {
        const uint32_t number = fp_table_number(generation, pool, table / FP_TIERS, table % FP_TIERS);
        const uint32_t member = first_member(tables->get(), number).value_or(FP_UPSTREAM_NONE);
        fp_upstream upstream = {};
        if (member != FP_UPSTREAM_NONE && bpf_map_lookup_elem(upstreams->get(), &member, &upstream) == 0) {
            return pool_of(upstream);
        }
    }
    return "number " + std::to_string(pool);
}

} // namespace fastpath::ctl
