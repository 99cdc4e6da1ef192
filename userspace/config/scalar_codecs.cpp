// SPDX-License-Identifier: Apache-2.0
// Codecs of single values: see codecs.h.
#include "config/codecs.h"
#include "dns/type_text.h"
#include "util/decimal.h"
#include "util/duration.h"

#include <dns_fastpath/dns_wire.h>

namespace fastpath {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string IntegerRange::allowed() const {
    return "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
}

Parsed<std::uint64_t> IntegerRange::read(const YAML::Node &node) const {
    // The tag of a plain scalar is "?": a number in quotes is a string.
    const auto number = node.IsScalar() && node.Tag() == "?" ? parse_decimal(node.Scalar()) : std::nullopt;
    if (!number || *number < min || *number > max) {
        return unexpected_value(node, allowed());
    }
    return *number;
}

std::string TtlCodec::allowed() const {
    return "whole seconds, plain or with a unit (30s, 5m, 24h, 7d), from " + format_duration(min) + " to " +
           format_duration(max);
}

Parsed<seconds> TtlCodec::read(const YAML::Node &node) const {
    const auto duration = node.IsScalar() ? parse_duration(node.Scalar()) : std::nullopt;
    if (!duration || *duration % seconds(1) != seconds(0) || *duration < min || *duration > max) {
        return unexpected_value(node, allowed());
    }
    return std::chrono::floor<seconds>(*duration);
}

YAML::Node TtlCodec::write(seconds ttl) const {
    return YAML::Node(ttl.count());
}

std::string DurationCodec::allowed() const {
    return "a time, in seconds or with a unit (500ms, 1s), from " + format_duration(min) + " to " +
           format_duration(max);
}

Parsed<milliseconds> DurationCodec::read(const YAML::Node &node) const {
    const auto duration = node.IsScalar() ? parse_duration(node.Scalar()) : std::nullopt;
    if (!duration || *duration < min || *duration > max) {
        return unexpected_value(node, allowed());
    }
    return *duration;
}

YAML::Node DurationCodec::write(milliseconds duration) const {
    return YAML::Node(format_duration(duration));
}

// The words of YAML 1.2's core schema; "yes" and "on" are strings there.
Parsed<bool> BoolCodec::read(const YAML::Node &node) const {
    const bool plain = node.IsScalar() && node.Tag() == "?";
    if (!plain || (node.Scalar() != "true" && node.Scalar() != "false")) {
        return unexpected_value(node, allowed());
    }
    return node.Scalar() == "true";
}

Parsed<WireName> NameCodec::read(const YAML::Node &node) const {
    if (!node.IsScalar()) {
        return unexpected_value(node, allowed());
    }
    return name_from_text(node.Scalar()).map_error([&](Error &&error) {
        return Problem{node.Mark(), std::move(error.message)};
    });
}

Parsed<std::uint16_t> TypeCodec::read(const YAML::Node &node) const {
    const auto type = node.IsScalar() ? type_from_text(node.Scalar()) : std::nullopt;
    if (!type || *type == FP_TYPE_OPT || (*type >= FP_TYPE_META_FIRST && *type <= FP_TYPE_META_LAST)) {
        return unexpected_value(node, allowed());
    }
    return *type;
}

YAML::Node TypeCodec::write(std::uint16_t type) const {
    return YAML::Node(type_to_text(type));
}

std::string PrefixCodec::allowed() const {
    return "an IPv4 or IPv6 prefix";
}

Parsed<IpPrefix> PrefixCodec::read(const YAML::Node &node) const {
    if (!node.IsScalar()) {
        return unexpected_value(node, allowed());
    }
    return parse_prefix(node.Scalar()).map_error([&](Error &&error) {
        return Problem{node.Mark(), std::move(error.message)};
    });
}

YAML::Node PrefixCodec::write(const IpPrefix &prefix) const {
    return YAML::Node(to_string(prefix));
}

std::string OptionalSocketAddressCodec::allowed() const {
    return R"("ADDRESS:PORT" or "[ADDRESS]:PORT" in quotes; "" = off)";
}

Parsed<std::optional<SocketAddress>> OptionalSocketAddressCodec::read(const YAML::Node &node) const {
    if (node.IsScalar() && node.Scalar().empty()) {
        return std::nullopt;
    }
    const auto address = node.IsScalar() ? parse_socket_address(node.Scalar()) : fail({});
    if (!address) {
        return unexpected_value(node, allowed());
    }
    return *address;
}

YAML::Node OptionalSocketAddressCodec::write(const std::optional<SocketAddress> &address) const {
    return YAML::Node(address ? to_string(*address) : std::string());
}

} // namespace fastpath
