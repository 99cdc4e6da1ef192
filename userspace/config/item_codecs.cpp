// SPDX-License-Identifier: Apache-2.0
// Codecs of list items that are maps: see codecs.h.
#include "config/codecs.h"
#include "config/fields.h"
#include "config/validate.h"

namespace fastpath {

namespace {

const ChoiceCodec<InterfaceMode> mode_codec;
const LabelCodec label_codec;

Parsed<std::string> read_interface_name(const YAML::Node &node) {
    if (!node.IsScalar() || !is_interface_name(node.Scalar())) {
        return unexpected_value(node, "an interface name (1 to 15 printable ASCII characters, no space, '/' or ':')");
    }
    return node.Scalar();
}

Parsed<IpAddress> read_listen_address(const YAML::Node &node) {
    const auto address = node.IsScalar() ? parse_address(node.Scalar()) : fail({});
    if (!address || address->is_unspecified() || address->is_multicast()) {
        return unexpected_value(node, "the unicast IPv4 or IPv6 address that clients ask");
    }
    return *address;
}

} // namespace

std::string InterfaceCodec::allowed() const {
    return "an interface name or {name: NAME, mode: " + mode_codec.allowed() + "}";
}

Parsed<InterfaceConfig> InterfaceCodec::read(const YAML::Node &node) const {
    InterfaceConfig interface;
    const auto read_name = [&](const YAML::Node &value) { return store(read_interface_name(value), interface.name); };
    const auto read_mode = [&](const YAML::Node &value) { return store(mode_codec.read(value), interface.mode); };
    const Parsed<> read = node.IsScalar()
                              ? read_name(node)
                              : read_map(node, allowed(), {{"name", true, read_name}, {"mode", false, read_mode}});
    return read.map([&] { return interface; });
}

YAML::Node InterfaceCodec::write(const InterfaceConfig &interface) const {
    YAML::Node map(YAML::NodeType::Map);
    map.SetStyle(YAML::EmitterStyle::Flow);
    map["name"] = interface.name;
    map["mode"] = mode_codec.write(interface.mode);
    return map;
}

std::string ListenCodec::allowed() const {
    return "{address: IP, pool: NAME, view: NAME}";
}

Parsed<ListenConfig> ListenCodec::read(const YAML::Node &node) const {
    ListenConfig listen;
    const auto read_address = [&](const YAML::Node &value) {
        return store(read_listen_address(value), listen.address);
    };
    const auto read_pool = [&](const YAML::Node &value) { return store(label_codec.read(value), listen.pool); };
    const auto read_view = [&](const YAML::Node &value) { return store(label_codec.read(value), listen.view); };
    return read_map(node, allowed(),
                    {{"address", true, read_address}, {"pool", false, read_pool}, {"view", false, read_view}})
        .map([&] { return listen; });
}

YAML::Node ListenCodec::write(const ListenConfig &listen) const {
    YAML::Node map(YAML::NodeType::Map);
    map.SetStyle(YAML::EmitterStyle::Flow);
    map["address"] = to_string(listen.address);
    map["pool"] = listen.pool;
    map["view"] = listen.view;
    return map;
}

Parsed<RouteConfig> RouteCodec::read(const YAML::Node &node) const {
    RouteConfig route;
    const auto read_zone = [&](const YAML::Node &value) { return store(NameCodec().read(value), route.zone); };
    const auto read_pool = [&](const YAML::Node &value) { return store(label_codec.read(value), route.pool); };
    return read_map(node, allowed(), {{"zone", true, read_zone}, {"pool", true, read_pool}}).map([&] { return route; });
}

YAML::Node RouteCodec::write(const RouteConfig &route) const {
    YAML::Node map(YAML::NodeType::Map);
    map.SetStyle(YAML::EmitterStyle::Flow);
    map["zone"] = NameCodec().write(route.zone);
    map["pool"] = route.pool;
    return map;
}

Parsed<ClientConfig> ClientCodec::read(const YAML::Node &node) const {
    ClientConfig client;
    const auto read_prefix = [&](const YAML::Node &value) { return store(PrefixCodec().read(value), client.prefix); };
    const auto read_pool = [&](const YAML::Node &value) { return store(label_codec.read(value), client.pool); };
    const auto read_view = [&](const YAML::Node &value) { return store(label_codec.read(value), client.view); };
    const Parsed<> read = read_map(
        node, allowed(), {{"prefix", true, read_prefix}, {"pool", false, read_pool}, {"view", false, read_view}});
    if (read && client.pool.empty() && client.view.empty()) {
        return problem(node.Mark(), "expected " + allowed() + R"(, found neither "pool" nor "view")");
    }
    return read.map([&] { return client; });
}

YAML::Node ClientCodec::write(const ClientConfig &client) const {
    YAML::Node map(YAML::NodeType::Map);
    map.SetStyle(YAML::EmitterStyle::Flow);
    map["prefix"] = PrefixCodec().write(client.prefix);
    if (!client.pool.empty()) {
        map["pool"] = client.pool;
    }
    if (!client.view.empty()) {
        map["view"] = client.view;
    }
    return map;
}

} // namespace fastpath
