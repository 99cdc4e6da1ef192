// SPDX-License-Identifier: Apache-2.0
// Codecs of single values: see codecs.h.
#include "config/codecs.h"
#include "dns/type_text.h"
#include "util/decimal.h"
#include "util/duration.h"

#include <algorithm>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/steer.h>

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

std::string LabelCodec::allowed() const {
    return "a name of up to " + std::to_string(FP_LABEL_TEXT_MAX - 1) +
           " printable ASCII characters, no space, quote or backslash" + (may_be_empty ? R"(; "" = none)" : "");
}

Parsed<std::string> LabelCodec::read(const YAML::Node &node) const {
    const auto is_allowed = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\'' && c != '\\'; };
    const bool is_fine = node.IsScalar() && node.Scalar().size() < FP_LABEL_TEXT_MAX &&
                         (may_be_empty || !node.Scalar().empty()) &&
                         std::all_of(node.Scalar().begin(), node.Scalar().end(), is_allowed);
    if (!is_fine) {
        return unexpected_value(node, allowed());
    }
    return node.Scalar();
}

std::string PortRangeCodec::allowed() const {
    return "ports FIRST-LAST, from " + std::to_string(lowest) + " to " + std::to_string(UINT16_MAX) + ", at least " +
           std::to_string(fewest) + " of them";
}

Parsed<PortRange> PortRangeCodec::read(const YAML::Node &node) const {
    const std::string_view text = node.IsScalar() ? std::string_view(node.Scalar()) : std::string_view();
    const std::size_t dash = std::min(text.find('-'), text.size());
    const auto first = parse_decimal(text.substr(0, dash));
    const auto last = parse_decimal(text.substr(std::min(dash + 1, text.size())));
    if (!first || !last || *first < lowest || *last > UINT16_MAX || *first > *last || *last - *first + 1 < fewest) {
        return unexpected_value(node, allowed());
    }
    return PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

YAML::Node PortRangeCodec::write(const PortRange &ports) const {
    return YAML::Node(std::to_string(ports.first) + "-" + std::to_string(ports.last));
}

Parsed<IpAddress> HostAddressCodec::read(const YAML::Node &node) const {
    const auto address = node.IsScalar() ? parse_address(node.Scalar()) : fail({});
    const auto is_host = [](const IpAddress &a) {
        constexpr IpAddress loopback_ipv6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
        const bool is_loopback = a.is_ipv4() ? a.octets[12] == 127 : a == loopback_ipv6;
        return !is_loopback && !a.is_unspecified() && !a.is_multicast() && (a.is_ipv4() || !a.is_link_local());
    };
    if (!address || !is_host(*address)) {
        return unexpected_value(node, allowed());
    }
    return *address;
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

Parsed<std::filesystem::path> PathCodec::read(const YAML::Node &node) const {
    const std::filesystem::path path = node.IsScalar() ? std::filesystem::path(node.Scalar()) : "?";
    const bool has_nul = path.native().find('\0') != std::string::npos;
    if (has_nul || (!path.empty() && (!path.is_absolute() || !path.has_filename()))) {
        return unexpected_value(node, allowed());
    }
    return path;
}

} // namespace fastpath
