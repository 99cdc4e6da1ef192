// SPDX-License-Identifier: Apache-2.0
#include "conformance/edns_variants.h"

namespace fastpath::test {
namespace {

namespace option {
constexpr uint16_t nsid = 3, dau = 5, client_subnet = 8, expire = 9, keepalive = 11, padding = 12, chain = 13,
                   key_tag = 14, extended_error = 15, unknown = 100, local = 65001;
} // namespace option

EdnsVariant sized(uint16_t size, bool dnssec_ok) {
    return {.text = "EDNS " + std::to_string(size) + (dnssec_ok ? " DO" : ""),
            .edns = Edns{.udp_size = size, .flags = static_cast<uint16_t>(dnssec_ok ? FP_EDNS_DO : 0)}};
}

EdnsVariant with(const std::string &text, const Edns &edns) {
    return {.text = "EDNS, " + text, .edns = edns};
}

EdnsVariant with_options(const std::string &text, const Octets &options) {
    return with(text, Edns{.options = options});
}

EdnsVariant with_option(const std::string &text, uint16_t code, const Octets &data) {
    return with_options(text, edns_option(code, data));
}

Octets joined(const Octets &first, const Octets &second) {
    Octets both = first;
    append(both, second);
    return both;
}

// Deterministic and not all equal, so that a cookie is not mistaken for padding.
Octets counted(size_t length) {
    Octets octets(length);
    for (size_t at = 0; at < length; at++) {
        octets[at] = static_cast<uint8_t>(at + 1);
    }
    return octets;
}

Octets cookie(size_t length) {
    return edns_option(FP_EDNS_OPTION_COOKIE, counted(length));
}

// Family, source prefix, scope, address (RFC 7871 6).
Octets subnet(uint8_t family, uint8_t prefix, const Octets &address) {
    return edns_option(option::client_subnet, joined({0, family, prefix, 0}, address));
}

void add_flags(std::vector<EdnsVariant> &all) {
    for (const uint16_t flags : std::initializer_list<uint16_t>{0x4000, 0x0001, 0x7fff, 0xffff}) {
        all.push_back(with("flags " + std::to_string(flags), Edns{.flags = flags}));
    }
    all.push_back(with("version 1", Edns{.version = 1}));
    all.push_back(with("version 1 DO", Edns{.flags = FP_EDNS_DO, .version = 1}));
    all.push_back(with("version 255", Edns{.version = 255}));
    all.push_back(with("extended RCODE 1", Edns{.extended_rcode = 1}));
}

void add_cookies(std::vector<EdnsVariant> &all) {
    for (const size_t length :
         std::initializer_list<size_t>{8, 16, 24, 40, 7, 9, 41, 0}) { // the last four are malformed (RFC 7873 4)
        all.push_back(with_options("cookie of " + std::to_string(length), cookie(length)));
    }
    all.push_back(with_options("two cookies", joined(cookie(8), cookie(8))));
    all.push_back(with_options("cookie and padding", joined(cookie(8), edns_option(option::padding, Octets(20)))));
    all.push_back(with("cookie of 8, DO", Edns{.flags = FP_EDNS_DO, .options = cookie(8)}));
    all.push_back(with("cookie of 8, size 512", Edns{.udp_size = 512, .options = cookie(8)}));
}

void add_options(std::vector<EdnsVariant> &all) {
    all.push_back(with_option("NSID", option::nsid, {}));
    all.push_back(with("NSID, DO", Edns{.flags = FP_EDNS_DO, .options = edns_option(option::nsid, {})}));
    all.push_back(with_options("ECS 198.18.0.0/24", subnet(1, 24, {198, 18, 0})));
    all.push_back(with_options("ECS 0.0.0.0/0", subnet(1, 0, {})));
    all.push_back(with_options("ECS 2001:db8::/32", subnet(2, 32, {0x20, 0x01, 0x0d, 0xb8})));
    all.push_back(with_options("ECS of an unknown family", subnet(9, 24, {198, 18, 0})));
    all.push_back(with_option("an unknown option", option::unknown, {}));
    all.push_back(with_option("a local option", option::local, counted(5)));
    all.push_back(with_option("padding", option::padding, Octets(100)));
    all.push_back(with_option("keepalive", option::keepalive, {}));
    all.push_back(with_option("expire", option::expire, {}));
    all.push_back(with_option("DAU", option::dau, {8, 13}));
    all.push_back(with_option("chain", option::chain, {0}));
    all.push_back(with_option("key tag", option::key_tag, {1, 2}));
    all.push_back(with_option("an extended error", option::extended_error, {0, 1}));
}

} // namespace

const std::vector<EdnsVariant> &common_edns() {
    static const std::vector<EdnsVariant> all = {
        {.text = "no EDNS"}, sized(512, false),  sized(512, true),  sized(1232, false),
        sized(1232, true),   sized(4096, false), sized(4096, true),
    };
    return all;
}

const std::vector<EdnsVariant> &sizes_of_edns() {
    static const std::vector<EdnsVariant> all = [] {
        std::vector<EdnsVariant> sizes;
        for (const uint16_t size : std::initializer_list<uint16_t>{0, 100, 511, 513, 800, 1231, 1233, 1452, 65535}) {
            sizes.push_back(sized(size, false));
            sizes.push_back(sized(size, true));
        }
        return sizes;
    }();
    return all;
}

const std::vector<EdnsVariant> &odd_edns() {
    static const std::vector<EdnsVariant> all = [] {
        std::vector<EdnsVariant> odd;
        add_flags(odd);
        add_cookies(odd);
        add_options(odd);
        return odd;
    }();
    return all;
}

// None of these is well-formed; what becomes of them is the resolver's to say.
const std::vector<EdnsVariant> &malformed_edns() {
    static const Octets opt = Edns{}.octets();
    static const std::vector<EdnsVariant> all = {
        {.text = "two OPTs", .edns = Edns{}, .tail = opt, .arcount = 2},
        {.text = "two OPTs, one counted", .edns = Edns{}, .tail = opt, .arcount = 1},
        {.text = "an OPT that is not counted", .edns = Edns{}, .arcount = 0},
        {.text = "a counted OPT that is missing", .arcount = 1},
        {.text = "octets behind the question", .tail = {1, 2, 3}},
        {.text = "octets behind the OPT", .edns = Edns{}, .tail = {1, 2, 3}},
        with("owner not the root", Edns{.owner = {1, 'x', 0}}),
        with("an option cut short", Edns{.options = {0, option::padding, 0}}),
        with("an option longer than the OPT", Edns{.options = {0, option::padding, 0, 9, 0}}),
        with("options longer than the message", Edns{.options_length = 9}),
    };
    return all;
}

} // namespace fastpath::test
