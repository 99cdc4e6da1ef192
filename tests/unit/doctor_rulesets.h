// SPDX-License-Identifier: Apache-2.0
// Rulesets as nft 1.0.6 on Linux 6.18 shows them with `nft -s -j list ruleset`, each for the rules in its comment.
#pragma once

#include <string>

namespace fastpath::test {

// Our own, for 198.18.0.2 and 2001:db8::2.
std::string notrack_json();

// policy drop; iif "lo" accept; ct state established,related accept; udp dport { 53, 5353 } accept;
// tcp dport { 22, 53 } ct state new accept
std::string stateful_firewall_json();

// ct state vmap { established : accept, related : accept, invalid : drop }; jump zones; counter reject
// chain zones: udp sport 50-60 accept
std::string firewall_with_exemption_json();

// udp dport 53 ct zone set 6; tcp dport 80 dnat to 192.0.2.1; udp dport 53 redirect to :5353
std::string zone_and_translation_json();

// Both in one ruleset.
std::string joined(const std::string &one, const std::string &other);

} // namespace fastpath::test
