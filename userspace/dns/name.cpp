// SPDX-License-Identifier: Apache-2.0
// Names between text, wire and hash.
#include "dns/name.h"

#include <algorithm>
#include <cstring>
#include <dns_fastpath/dns_wire.h>
#include <optional>

namespace fastpath {
namespace {

// Not tolower(): DNS folds ASCII alone, whatever the locale (RFC 4343 3).
constexpr uint8_t to_lower(uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? static_cast<uint8_t>(octet | 0x20) : octet;
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The octet that the text at `at` stands for, "\." and "\255" included; moves `at` behind it.
std::optional<uint8_t> take_octet(std::string_view text, size_t &at) {
    if (text[at] != '\\') {
        return static_cast<uint8_t>(text[at++]);
    }
    const std::string_view escaped = text.substr(at + 1, 3);
    if (escaped.empty()) {
        return std::nullopt;
    }
    if (!is_digit(escaped[0])) {
        at += 2;
        return static_cast<uint8_t>(escaped[0]);
    }
    if (escaped.size() < 3 || !is_digit(escaped[1]) || !is_digit(escaped[2])) {
        return std::nullopt;
    }
    const int value = (escaped[0] - '0') * 100 + (escaped[1] - '0') * 10 + (escaped[2] - '0');
    if (value > 255) {
        return std::nullopt;
    }
    at += 4;
    return static_cast<uint8_t>(value);
}

void append_escaped(std::string &text, uint8_t octet) {
    const char c = static_cast<char>(octet);
    if (octet <= ' ' || octet > '~') {
        text += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
                 static_cast<char>('0' + octet % 10)};
    } else if (std::string_view(".;()\\").find(c) != std::string_view::npos) {
        text += {'\\', c};
    } else {
        text += c;
    }
}

} // namespace

Result<WireName> name_from_text(std::string_view text) {
    const auto refuse = [text](const char *why) { return fail("name '" + std::string(text) + "': " + why); };
    if (text.empty()) {
        return refuse("empty; the root is written as '.'");
    }
    if (text == ".") {
        return WireName{0};
    }

    WireName name{0};
    size_t length_at = 0; // the length octet of the label that is being read
    for (size_t at = 0; at < text.size();) {
        if (text[at] == '.') {
            if (name[length_at] == 0) {
                return refuse("empty label");
            }
            ++at;
            length_at = name.size();
            name.push_back(0);
            continue;
        }
        const std::optional<uint8_t> octet = take_octet(text, at);
        if (!octet) {
            return refuse("'\\' needs one character or three digits up to 255 behind it");
        }
        if (name[length_at] == FP_DNS_LABEL_MAX) {
            return refuse("a label of more than 63 octets");
        }
        name.push_back(to_lower(*octet));
        ++name[length_at];
    }
    if (name[length_at] != 0) {
        name.push_back(0);
    }
    if (name.size() > FP_DNS_NAME_MAX) {
        return refuse("more than 255 octets on the wire");
    }
    return name;
}

std::string name_to_text(std::span<const uint8_t> name) {
    std::string text;
    for (size_t at = 0; name[at] != 0; at += 1U + name[at]) {
        for (const uint8_t octet : name.subspan(at + 1, name[at])) {
            append_escaped(text, octet);
        }
        text += '.';
    }
    return text.empty() ? "." : text;
}

WireName expand_name(std::span<const uint8_t> wire, size_t at) {
    WireName name;
    while (wire[at] != 0) {
        if (wire[at] > FP_DNS_LABEL_MAX) {
            at = static_cast<size_t>(wire[at] & 0x3f) << 8 | wire[at + 1];
            continue;
        }
        const auto label = wire.subspan(at, 1U + wire[at]);
        // The length octet passes too: lengths are below 'A'.
        std::transform(label.begin(), label.end(), std::back_inserter(name), to_lower);
        at += label.size();
    }
    name.push_back(0);
    return name;
}

bool is_at_or_below(std::span<const uint8_t> name, std::span<const uint8_t> zone) {
    for (size_t at = 0; name.size() - at >= zone.size(); at += 1U + name[at]) {
        if (name.size() - at == zone.size()) {
            return std::equal(zone.begin(), zone.end(), name.begin() + static_cast<ptrdiff_t>(at));
        }
    }
    return false;
}

fp_key key_of(std::span<const uint8_t> name, uint16_t qtype, uint8_t query_bits, uint16_t view,
              std::span<const uint32_t, FP_HASH_KEY_WORDS> hash_key) {
    fp_key key{};
    fp_hash_add(&key, hash_key.data(), 0, fp_hash_head(qtype, query_bits, static_cast<uint8_t>(name.size()), view));
    for (uint32_t word_at = 0; word_at < name.size(); word_at += sizeof(uint64_t)) {
        const auto octets = name.subspan(word_at, std::min(name.size() - word_at, sizeof(uint64_t)));
        uint64_t word = 0; // the last word is padded with zeros
        std::memcpy(&word, octets.data(), octets.size());
        fp_hash_add(&key, hash_key.data(), 1 + word_at / 8, word);
    }
    fp_hash_finish(&key);
    return key;
}

} // namespace fastpath
