// SPDX-License-Identifier: Apache-2.0
// A query as a client would send it: Ethernet frame, IP, UDP and DNS, with right lengths and checksums. Pure.
#pragma once

#include "dns/name.h"
#include "util/address.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fastpath::ctl {

// What dig calls +do, +cd, +ad, +bufsize and +noedns.
struct QueryOptions {
    bool dnssec_ok = false;
    bool checking_disabled = false;
    bool authentic_data = false;
    std::optional<uint16_t> payload_size = 1232; // none: without OPT
};

struct Query {
    IpAddress client;
    IpAddress server; // of the same family
    WireName name;
    uint16_t qtype = 0;
    QueryOptions options;
};

inline constexpr uint16_t query_client_port = 53'535;
inline constexpr uint16_t query_id = 0x4650;

std::vector<uint8_t> query_packet(const Query &query);

// The DNS message in a frame that came of such a packet; empty where there is none.
std::span<const uint8_t> message_in(std::span<const uint8_t> frame);

} // namespace fastpath::ctl
