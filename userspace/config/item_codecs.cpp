// SPDX-License-Identifier: Apache-2.0
// Codecs of list items that are maps: see codecs.h.
#include "config/codecs.h"
#include "config/fields.h"
#include "config/validate.h"

namespace fastpath {

namespace {

const ChoiceCodec<InterfaceMode> mode_codec;

template <class T> Parsed<> store(Parsed<T> value, T &member) {
    return std::move(value).map([&](T &&read) { member = std::move(read); });
}

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
    return "{address: IP}";
}

Parsed<ListenConfig> ListenCodec::read(const YAML::Node &node) const {
    ListenConfig listen;
    const auto read_address = [&](const YAML::Node &value) {
        return store(read_listen_address(value), listen.address);
    };
    return read_map(node, allowed(), {{"address", true, read_address}}).map([&] { return listen; });
}

YAML::Node ListenCodec::write(const ListenConfig &listen) const {
    YAML::Node map(YAML::NodeType::Map);
    map.SetStyle(YAML::EmitterStyle::Flow);
    map["address"] = to_string(listen.address);
    return map;
}

} // namespace fastpath
