// SPDX-License-Identifier: Apache-2.0
// The world around the programs, as the daemon makes it: addresses, ACL, settings, and answers by the product's own fill
// path. For the fixture, and for benchmarks, which have none.
#pragma once

#include "cache/entry.h"
#include "unit/response_text.h"

#include <dns_fastpath/config.h>

namespace fastpath::test {

inline constexpr uint16_t default_view = 1;
inline constexpr uint16_t other_view = 2;
inline constexpr const char *other_server_ipv4 = "198.18.0.3"; // a listener with other_view
inline constexpr const char *denied_ipv4 = "192.0.2.1";        // no prefix of the ACL covers these two
inline constexpr const char *denied_ipv6 = "2001:db9::1";

// The listeners of harness/packet.h and the one above; allowed are 198.18.0.0/15 without 198.18.66.0/24, and 2001:db8::/32.
void set_addresses();

// Rows of a generation of the config; 0 is the one in use unless a test says otherwise.
void set_listener(const char *address, const fp_listener &listener, uint32_t generation = 0);
void set_client(const char *prefix, const fp_client &client, uint32_t generation = 0);

// steering.source_ports
inline constexpr uint16_t first_source_port = 20000;
inline constexpr uint16_t source_ports = 4096;

[[nodiscard]] fp_settings default_settings();
void set_settings(const fp_settings &settings); // as the only generation
void set_generations(const fp_generations &generations);

// What the programs know of the resolver, and when the daemon was last alive.
void set_resolver(const fp_resolver &resolver);
[[nodiscard]] fp_resolver resolver_now();
void set_heartbeat(uint64_t ns);

// A living daemon at this time: its heartbeat, and a probe that has just confirmed the state of the resolver.
void show_life(uint64_t now_ns);

// The clock that the XDP program reads.
[[nodiscard]] uint64_t coarse_now_ns();

// What a response does not tell of the query that it was the answer to.
struct Asked {
    bool ad = false;
    uint16_t view = default_view;
    uint16_t limit = 1232;
    bool turns = false; // may its records be given in another order?
};

// Throws where the product would not cache the response.
[[nodiscard]] Entry make_entry(const ResponseText &response, const Asked &asked, uint64_t born_ns);

// Puts it into the cache; where its head lies then.
fp_answer *insert_entry(const Entry &entry);

} // namespace fastpath::test
