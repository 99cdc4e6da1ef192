// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include "harness/packet.h"
#include "loaded.h"
#include "map_element.h"
#include "standings.h"
#include "util/address.h"

#include <ctime>
#include <stdexcept>

namespace fastpath::test {
namespace {

void set_acl(const char *prefix, bool allowed) {
    set_client(prefix, {.allowed = allowed ? uint8_t{1} : uint8_t{0},
                        .is_upstream = 0,
                        .view = FP_VIEW_NONE,
                        .pool = FP_POOL_NONE,
                        .pad = 0});
}

uint8_t bits_of(const ResponseText &response, const Asked &asked) {
    const bool has_do = response.opt && (response.opt->flags & FP_EDNS_DO) != 0;
    const bool has_cd = (response.flags & FP_DNS_CD) != 0;
    return static_cast<uint8_t>((has_do ? FP_QUERY_DO : 0) | (has_cd ? FP_QUERY_CD : 0) | (asked.ad ? FP_QUERY_AD : 0));
}

std::runtime_error not_cached(const ResponseText &response, std::string_view reason) {
    return std::runtime_error(response.question + " is not cached: " + std::string(reason));
}

} // namespace

void set_listener(const char *address, const fp_listener &listener, uint32_t generation) {
    put_element("listeners", fp_listener_key{.generation = generation, .addr = parse_address(address).value().abi()},
                listener);
    forget_standings();
}

void set_client(const char *prefix, const fp_client &client, uint32_t generation) {
    const IpPrefix parsed = parse_prefix(prefix).value();
    put_element("clients",
                fp_client_key{.prefix_len = FP_CLIENT_PREFIX_BITS + uint32_t{parsed.length},
                              .generation = generation,
                              .addr = parsed.address.abi()},
                client);
    forget_standings();
}

void set_addresses() {
    set_listener(server_ipv4, {.view = default_view, .pool = 0, .pad = 0});
    set_listener(server_ipv6, {.view = default_view, .pool = 0, .pad = 0});
    set_listener(other_server_ipv4, {.view = other_view, .pool = 0, .pad = 0});
    set_acl("198.18.0.0/15", true);
    set_acl("198.18.66.0/24", false);
    set_acl("2001:db8::/32", true);
}

fp_settings default_settings() {
    return {.payload_size = 1232,
            .acl_action = FP_ACL_REFUSE,
            .ignore_cookies = 1,
            .stale_max_age = 0,
            .stale_ttl = 30,
            .stale = FP_STALE_OFF,
            .prefetch = 0,
            .steers = 0,
            .has_routes = 0,
            .first_port = first_source_port,
            .ports = source_ports,
            .client_query_ns = 0,
            .flow_life_ns = 5 * FP_NSEC_PER_SEC};
}

void set_settings(const fp_settings &settings) {
    set_generations({.generation = 0,
                     .first_answer_port = settings.first_port,
                     .answer_ports = settings.steers ? settings.ports : uint16_t{0},
                     .settings = {settings, {}}});
}

void set_generations(const fp_generations &generations) {
    put_element("settings", uint32_t{0}, generations);
}

uint64_t coarse_now_ns() {
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return static_cast<uint64_t>(now.tv_sec) * FP_NSEC_PER_SEC + static_cast<uint64_t>(now.tv_nsec);
}

void set_resolver(const fp_resolver &resolver) {
    put_element("resolver", uint32_t{0}, resolver);
}

fp_resolver resolver_now() {
    return get_element<fp_resolver>("resolver", uint32_t{0});
}

void set_heartbeat(uint64_t ns) {
    auto meta = get_element<fp_meta>("meta", uint32_t{0});
    meta.heartbeat_ns = ns;
    put_element("meta", uint32_t{0}, meta);
}

void show_life(uint64_t now_ns) {
    set_heartbeat(now_ns);
    fp_resolver resolver = resolver_now();
    resolver.probed_ns = now_ns;
    resolver.state_since_ns = now_ns;
    set_resolver(resolver);
}

Entry make_entry(const ResponseText &response, const Asked &asked, uint64_t born_ns) {
    const CachePolicy policy = {};
    const std::vector<uint8_t> wire = to_wire(response);
    const auto message = parse_message(wire);
    if (!message) {
        throw not_cached(response, to_string(message.error()));
    }
    const uint8_t bits = bits_of(response, asked);
    const auto lifetime = decide(*message, bits, policy);
    if (!lifetime) {
        throw not_cached(response, label(lifetime.error()));
    }
    const fp_key key = key_of(message->qname, message->qtype, bits, asked.view, Loaded::instance().hash_key);
    const EntryContext context = {
        .key = key, .query_bits = bits, .view = asked.view, .limit = asked.limit, .born_ns = born_ns};
    const auto entry = build_entry(*message, *lifetime, context, policy);
    if (!entry) {
        throw not_cached(response, label(entry.error()));
    }
    Entry made = *entry;
    made.head.turn_count = asked.turns ? made.head.turn_count : uint8_t{0};
    return made;
}

fp_answer *insert_entry(const Entry &entry) {
    AnswerTable &table = Loaded::instance().table;
    if (Result<> inserted = table.insert(entry, entry.head.born); !inserted) {
        throw std::runtime_error(inserted.error().message);
    }
    fp_answer *head = nullptr;
    table.for_each([&](const StoredAnswer &answer) {
        if (answer.head->key.hash[0] == entry.head.key.hash[0] && answer.head->key.hash[1] == entry.head.key.hash[1]) {
            head = answer.head;
        }
    });
    return head;
}

} // namespace fastpath::test
