// SPDX-License-Identifier: Apache-2.0
// BenchWorld: the world around the programs that packets are measured in: listeners, clients, an empty cache or one answer; and
// where misses are steered, upstreams with a real route to them, in a network namespace of our own.
#pragma once

#include "daemon/loopback_forwarding.h"
#include "harness/packet.h"
#include "learned_ring.h"
#include "steer_world.h"
#include "unit/response_text.h"

#include <dns_fastpath/events.h>
#include <string>
#include <vector>

namespace fastpath::test {

inline constexpr uint16_t usual_pool = 1; // of three upstreams in each family
inline constexpr uint16_t pool_of_2 = 2;
inline constexpr uint16_t pool_of_200 = 3;
inline constexpr const char *upstream_ipv4 = "198.18.1.11"; // one of the usual ones
inline constexpr uint16_t payload_size =
    1280; // of ours, and in queries: with a short name there is room for 1,200 octets
inline constexpr const char *refused_ipv4 = "198.18.66.1"; // a client that may not ask

// What the programs write down of a query that is sent on as `sent`.
[[nodiscard]] OpenFlow open_flow(const Packet &query, const Packet &sent);

// And of queries that this host resolves.
struct OpenQueries {
    std::vector<fp_open_query_key> keys;
    std::vector<fp_open_query> values;

    void add(const Packet &query);
};

class BenchWorld {
  public:
    BenchWorld();

    // Misses go to the resolver of this host. Nothing is cached.
    void be_local();
    // They go to upstreams. Nothing is cached.
    void be_steering(uint16_t pool = usual_pool);
    // Where their names have a route, which is by the usual ones; others are local.
    void be_steering_by_routes();
    void route(const std::string &zone);

    // A living daemon, and nothing in its ring buffer. A round may take longer than the programs wait for either.
    void refresh();

    static void cache(const ResponseText &response);

    static void forget_flows();
    // As if the queries had been steered just now; of equal questions the answer to the last one is learned.
    static void open(std::vector<OpenFlow> &flows);
    // As if they had been passed to the resolver of this host just now.
    static void open(OpenQueries &queries);

  private:
    LoopbackForwarding forwarding_;
    SteeringWorld steering_;
    LearnedRing ring_;
};

} // namespace fastpath::test
