// SPDX-License-Identifier: Apache-2.0
// Codecs: for each type of value what is allowed, how it is read from YAML, and how it is written. What write() gives,
// read() takes. Those of list items also have identity(), by which duplicates are found.
#pragma once

#include "config/choices.h"
#include "config/config.h"
#include "config/problem.h"
#include "util/quote.h"

#include <chrono>
#include <cstdint>
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

// The empty string is none.
struct OptionalSocketAddressCodec {
    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<std::optional<SocketAddress>> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const std::optional<SocketAddress> &address) const;
};

template <class Item> struct ListCodec {
    Item item;
    std::size_t most;

    using Element = typename decltype(item.read(YAML::Node()))::value_type;

    [[nodiscard]] std::string allowed() const {
        return "a list of at most " + std::to_string(most) + ", each " + item.allowed();
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
    if (!node.IsSequence() || node.size() > most) {
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
