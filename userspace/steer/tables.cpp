// SPDX-License-Identifier: Apache-2.0
#include "steer/tables.h"

#include <algorithm>
#include <cstring>
#include <dns_fastpath/hash.h>

namespace fastpath {

namespace {

using Members = std::vector<MaglevMember>;

// The resolver on this host takes queries of both families, another host those of its own: they leave as they came.
std::map<TableKey, Members> members_of(const SteeringPlan &plan, const Serves &serves) {
    std::map<TableKey, Members> all;
    for (const PlannedUpstream &upstream : plan.upstreams) {
        if (!serves(upstream.number)) {
            continue;
        }
        const std::optional<IpAddress> &address = upstream.id.address;
        const MaglevMember member{maglev_identity(address.value_or(IpAddress{})), upstream.weight, upstream.number};
        for (const bool is_ipv6 : {false, true}) {
            if (!address || address->is_ipv4() != is_ipv6) {
                all[{upstream.pool, is_ipv6, upstream.tier}].push_back(member);
            }
        }
    }
    return all;
}

std::shared_ptr<const Table> fill(Members members) {
    auto table = std::make_shared<Table>();
    table->entries.members = static_cast<std::uint32_t>(members.size());
    std::transform(members.begin(), members.end(), std::begin(table->entries.member),
                   [](const MaglevMember &member) { return member.number; });
    fill_maglev(table->entries.entry, members);
    table->members = std::move(members);
    return table;
}

std::uint32_t index_of(std::span<const std::uint8_t> name) {
    std::uint64_t hash = 0;
    for (std::size_t at = 0; at < name.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0; // the last one is padded with zeros
        std::memcpy(&word, &name[at], std::min(sizeof(word), name.size() - at));
        hash = fp_name_hash_add(hash, fp_lower8(word));
    }
    return fp_maglev_index(hash);
}

} // namespace

Tables make_tables(const SteeringPlan &plan, const Serves &serves, const Tables &earlier) {
    Tables tables;
    for (auto &[key, members] : members_of(plan, serves)) {
        const auto found = earlier.find(key);
        const bool same = found != earlier.end() && found->second->members == members;
        tables[key] = same ? found->second : fill(std::move(members));
    }
    return tables;
}

std::optional<std::uint16_t> choose_upstream(const RouteTable &routes, const Tables &tables,
                                             std::span<const std::uint8_t> name, std::uint16_t pool, bool is_ipv6) {
    const std::uint16_t claimed = routes.pool_of(name).value_or(pool);
    for (std::uint8_t tier = 0; tier < FP_TIERS; ++tier) {
        if (const auto found = tables.find({claimed, is_ipv6, tier}); found != tables.end()) {
            return found->second->entries.entry[index_of(name)];
        }
    }
    return std::nullopt;
}

} // namespace fastpath
