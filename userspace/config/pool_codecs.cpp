// SPDX-License-Identifier: Apache-2.0
// Codecs of `pools`: see pool_codecs.h.
#include "config/pool_codecs.h"

#include "config/fields.h"

#include <algorithm>
#include <dns_fastpath/steer.h>

namespace fastpath {

namespace {

constexpr std::string_view local = "local";

constexpr LabelCodec name_codec;
constexpr LabelCodec az_codec{.may_be_empty = true};
constexpr IntegerCodec<std::uint32_t> weight_codec{{1, 1'000}};
constexpr IntegerCodec<std::uint32_t> max_qps_codec{{0, 10'000'000}};
constexpr ListCodec<UpstreamCodec> upstreams_codec{.item = {}, .most = FP_MEMBERS_MAX, .least = 1};

Parsed<std::optional<IpAddress>> read_upstream_address(const YAML::Node &node) {
    if (node.IsScalar() && node.Scalar() == local) {
        return std::nullopt;
    }
    const auto address = HostAddressCodec().read(node);
    if (!address) {
        return unexpected_value(node, R"("local" for the resolver on this host, or )" + HostAddressCodec().allowed());
    }
    return *address;
}

std::string pool_allowed() {
    return "{upstreams: " + upstreams_codec.allowed() + "}";
}

Parsed<PoolConfig> read_pool(const Field &field) {
    // The name is a value too; it has the place of the key.
    YAML::Node name(field.name);
    PoolConfig pool;
    const auto read_upstreams = [&](const YAML::Node &node) {
        return store(upstreams_codec.read(node), pool.upstreams);
    };
    return store(name_codec.read(name), pool.name)
        .map_error([&](Problem &&found) {
            return Problem{field.mark, std::move(found.text)};
        })
        .and_then([&] { return needs_value(field, pool_allowed()); })
        .and_then([&] {
            return read_map(field.value, pool_allowed(), {{"upstreams", true, read_upstreams}});
        })
        .map([&] { return pool; });
}

} // namespace

std::string UpstreamCodec::allowed() const {
    return "{address: IP or local, az: NAME, weight: " + weight_codec.allowed() +
           ", max_qps: " + max_qps_codec.allowed() + "}";
}

Parsed<UpstreamConfig> UpstreamCodec::read(const YAML::Node &node) const {
    UpstreamConfig upstream;
    const auto read_address = [&](const YAML::Node &value) {
        return store(read_upstream_address(value), upstream.address);
    };
    const auto read_az = [&](const YAML::Node &value) { return store(az_codec.read(value), upstream.az); };
    const auto read_weight = [&](const YAML::Node &value) { return store(weight_codec.read(value), upstream.weight); };
    const auto read_max_qps = [&](const YAML::Node &value) {
        return store(max_qps_codec.read(value), upstream.max_qps);
    };
    return read_map(node, allowed(),
                    {{"address", true, read_address},
                     {"az", false, read_az},
                     {"weight", false, read_weight},
                     {"max_qps", false, read_max_qps}})
        .map([&] { return upstream; });
}

YAML::Node UpstreamCodec::write(const UpstreamConfig &upstream) const {
    YAML::Node map(YAML::NodeType::Map);
    map.SetStyle(YAML::EmitterStyle::Flow);
    map["address"] = identity(upstream);
    if (!upstream.az.empty()) {
        map["az"] = upstream.az;
    }
    map["weight"] = weight_codec.write(upstream.weight);
    map["max_qps"] = max_qps_codec.write(upstream.max_qps);
    return map;
}

std::string UpstreamCodec::identity(const UpstreamConfig &upstream) const {
    return upstream.address ? to_string(*upstream.address) : std::string(local);
}

std::string PoolsCodec::allowed() const {
    return "a map of at most " + std::to_string(FP_POOLS_MAX) + " with " + std::to_string(FP_UPSTREAMS_MAX) +
           " upstreams in all, each NAME: " + pool_allowed();
}

Parsed<std::vector<PoolConfig>> PoolsCodec::read(const YAML::Node &node) const {
    if (!node.IsMap()) {
        return unexpected_value(node, allowed());
    }
    const auto fields = read_fields(node, "");
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    std::vector<PoolConfig> pools;
    const auto is_default = [](const Field &field) { return field.name == default_pool; };
    if (std::none_of(fields->begin(), fields->end(), is_default)) {
        pools = Config().pools;
    }
    std::size_t upstreams = pools.size(); // one in each of those
    for (const Field &field : *fields) {
        Parsed<PoolConfig> pool = read_pool(field);
        if (!pool) {
            return tl::unexpected(pool.error());
        }
        upstreams += pool->upstreams.size();
        pools.push_back(*std::move(pool));
        if (pools.size() > FP_POOLS_MAX || upstreams > FP_UPSTREAMS_MAX) {
            return problem(field.mark, "more than " + std::to_string(FP_POOLS_MAX) + " pools, or " +
                                           std::to_string(FP_UPSTREAMS_MAX) + " upstreams, with those of \"default\"");
        }
    }
    return pools;
}

YAML::Node PoolsCodec::write(const std::vector<PoolConfig> &pools) const {
    YAML::Node map(YAML::NodeType::Map);
    for (const PoolConfig &pool : pools) {
        map[pool.name]["upstreams"] = upstreams_codec.write(pool.upstreams);
    }
    return map;
}

} // namespace fastpath
