// SPDX-License-Identifier: Apache-2.0
// Codecs: for each type of value what is allowed, how it is read from YAML, and how it is written. What write() gives,
// read() takes. Those of list items also have identity(), by which duplicates are found. Pools: see pool_codecs.h.
#pragma once

#include "config/choices.h"
#include "config/config.h"
#include "config/problem.h"
#include "util/quote.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fastpath {

struct IntegerRange {
    std::uint64_t min;
    std::uint64_t max;

    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<std::uint64_t> read(const YAML::Node &node) const;
};

// The range has to lie within T.
template <class T> struct IntegerCodec {
    IntegerRange range;

    [[nodiscard]] std::string allowed() const { return range.allowed(); }
    [[nodiscard]] Parsed<T> read(const YAML::Node &node) const {
        return range.read(node).map([](std::uint64_t number) { return static_cast<T>(number); });
    }
    [[nodiscard]] YAML::Node write(T number) const { return YAML::Node(number); }
};

// Whole seconds, because a TTL has no parts of them. Written as a plain number.
struct TtlCodec {
    std::chrono::seconds min;
    std::chrono::seconds max;

    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<std::chrono::seconds> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(std::chrono::seconds ttl) const;
};

// Written with the largest unit that divides it.
struct DurationCodec {
    std::chrono::milliseconds min;
    std::chrono::milliseconds max;

    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<std::chrono::milliseconds> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(std::chrono::milliseconds duration) const;
};

struct BoolCodec {
    [[nodiscard]] std::string allowed() const { return "true or false"; }
    [[nodiscard]] Parsed<bool> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(bool value) const { return YAML::Node(value); }
};

struct NameCodec {
    [[nodiscard]] std::string allowed() const { return "a domain name"; }
    [[nodiscard]] Parsed<WireName> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const WireName &name) const { return YAML::Node(name_to_text(name)); }
};

// A type of records, no question or meta type.
struct TypeCodec {
    [[nodiscard]] std::string allowed() const { return "a record type (NS, A, TYPE65280)"; }
    [[nodiscard]] Parsed<std::uint16_t> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(std::uint16_t type) const;
};

// Of a pool, an AZ or a view: it stands in BPF maps, labels of metrics and log lines as it is.
struct LabelCodec {
    bool may_be_empty = false;

    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<std::string> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const std::string &label) const { return YAML::Node(label); }
};

// "20000-24095".
struct PortRangeCodec {
    std::uint16_t lowest;
    std::uint16_t fewest;

    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<PortRange> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const PortRange &ports) const;
};

// What packets between this host and another may have as address. Not loopback, and not IPv6 link-local, which means
// nothing without its interface; IPv4 link-local it may be: 169.254.169.253 is the resolver of a VPC.
struct HostAddressCodec {
    [[nodiscard]] std::string allowed() const { return "a unicast IPv4 or IPv6 address, not of the loopback"; }
    [[nodiscard]] Parsed<IpAddress> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const IpAddress &address) const { return YAML::Node(to_string(address)); }
    [[nodiscard]] std::string identity(const IpAddress &address) const { return to_string(address); }
};

template <class Enum> struct ChoiceCodec {
    [[nodiscard]] std::string allowed() const {
        std::string text;
        for (const std::string_view word : choice_words<Enum>) {
            const bool first = word == choice_words<Enum>.front();
            const bool last = word == choice_words<Enum>.back();
            text.append(first ? "" : last ? " or " : ", ").append(word);
        }
        return text;
    }
    [[nodiscard]] Parsed<Enum> read(const YAML::Node &node) const {
        const std::optional<Enum> choice = node.IsScalar() ? from_word<Enum>(node.Scalar()) : std::nullopt;
        if (!choice) {
            return unexpected_value(node, allowed());
        }
        return *choice;
    }
    [[nodiscard]] YAML::Node write(Enum choice) const { return YAML::Node(std::string(to_word(choice))); }
};

struct InterfaceCodec {
    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<InterfaceConfig> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const InterfaceConfig &interface) const;
    [[nodiscard]] std::string identity(const InterfaceConfig &interface) const { return interface.name; }
};

struct ListenCodec {
    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<ListenConfig> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const ListenConfig &listen) const;
    [[nodiscard]] std::string identity(const ListenConfig &listen) const { return to_string(listen.address); }
};

struct PrefixCodec {
    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<IpPrefix> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const IpPrefix &prefix) const;
    [[nodiscard]] std::string identity(const IpPrefix &prefix) const { return to_string(prefix); }
};

struct RouteCodec {
    [[nodiscard]] std::string allowed() const { return "{zone: NAME, pool: NAME}"; }
    [[nodiscard]] Parsed<RouteConfig> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const RouteConfig &route) const;
    [[nodiscard]] std::string identity(const RouteConfig &route) const { return name_to_text(route.zone); }
};

struct ClientCodec {
    [[nodiscard]] std::string allowed() const { return "{prefix: PREFIX, pool: NAME, view: NAME}"; }
    [[nodiscard]] Parsed<ClientConfig> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const ClientConfig &client) const;
    [[nodiscard]] std::string identity(const ClientConfig &client) const { return to_string(client.prefix); }
};

// The empty string is none.
struct OptionalSocketAddressCodec {
    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<std::optional<SocketAddress>> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const std::optional<SocketAddress> &address) const;
};

// Absolute, since a daemon's working directory is nobody's choice. The empty string is none.
struct PathCodec {
    [[nodiscard]] std::string allowed() const { return R"(an absolute path of a file; "" = none)"; }
    [[nodiscard]] Parsed<std::filesystem::path> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const std::filesystem::path &path) const { return YAML::Node(path.string()); }
};

template <class Item> struct ListCodec {
    Item item;
    std::size_t most;
    std::size_t least = 0;

    using Element = typename decltype(item.read(YAML::Node()))::value_type;

    [[nodiscard]] std::string allowed() const {
        const std::string range = least == 0 ? "at most " : std::to_string(least) + " to ";
        return "a list of " + range + std::to_string(most) + ", each " + item.allowed();
    }
    [[nodiscard]] Parsed<std::vector<Element>> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const std::vector<Element> &elements) const {
        YAML::Node list(YAML::NodeType::Sequence);
        list.SetStyle(elements.empty() ? YAML::EmitterStyle::Flow : YAML::EmitterStyle::Default);
        for (const Element &element : elements) {
            list.push_back(item.write(element));
        }
        return list;
    }
};

template <class Item> auto ListCodec<Item>::read(const YAML::Node &node) const -> Parsed<std::vector<Element>> {
    if (!node.IsSequence() || node.size() > most || node.size() < least) {
        return unexpected_value(node, allowed());
    }
    std::vector<Element> elements;
    std::set<std::string> seen;
    for (const auto &child : node) {
        if (child.IsNull()) { // its own mark is that of the next thing
            return problem(node.Mark(), "item " + std::to_string(elements.size() + 1) + " of the list is empty");
        }
        auto element = item.read(child);
        if (!element) {
            return tl::unexpected(std::move(element).error());
        }
        if (!seen.insert(item.identity(*element)).second) {
            return problem(child.Mark(), in_quotes(item.identity(*element)) + " is listed twice");
        }
        elements.push_back(*std::move(element));
    }
    return elements;
}

} // namespace fastpath
