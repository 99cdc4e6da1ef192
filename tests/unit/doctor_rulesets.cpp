// SPDX-License-Identifier: Apache-2.0
#include "unit/doctor_rulesets.h"

#include <nlohmann/json.hpp>

namespace fastpath::test {

std::string notrack_json() {
    return R"({"nftables": [
{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
{"table": {"family": "inet", "name": "dns_fastpath", "handle": 2}},
{"set": {"family": "inet", "name": "listen4", "table": "dns_fastpath", "type": "ipv4_addr", "handle": 5,
  "elem": ["198.18.0.2"]}},
{"set": {"family": "inet", "name": "listen6", "table": "dns_fastpath", "type": "ipv6_addr", "handle": 6,
  "elem": ["2001:db8::2"]}},
{"chain": {"family": "inet", "table": "dns_fastpath", "name": "to_us", "handle": 1}},
{"chain": {"family": "inet", "table": "dns_fastpath", "name": "from_us", "handle": 2}},
{"chain": {"family": "inet", "table": "dns_fastpath", "name": "prerouting", "handle": 3, "type": "filter",
  "hook": "prerouting", "prio": -310, "policy": "accept"}},
{"chain": {"family": "inet", "table": "dns_fastpath", "name": "output", "handle": 4, "type": "filter",
  "hook": "output", "prio": -310, "policy": "accept"}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "to_us", "handle": 7,
  "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}},
  "right": "@listen4"}}, {"notrack": null}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "to_us", "handle": 8,
  "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip6", "field": "daddr"}},
  "right": "@listen6"}}, {"notrack": null}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "from_us", "handle": 9,
  "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}},
  "right": "@listen4"}}, {"notrack": null}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "from_us", "handle": 10,
  "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}},
  "right": "@listen4"}}, {"notrack": null}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "from_us", "handle": 11,
  "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}},
  "right": "127.0.0.1"}}, {"notrack": null}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "from_us", "handle": 12,
  "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip6", "field": "saddr"}},
  "right": "@listen6"}}, {"notrack": null}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "from_us", "handle": 13,
  "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip6", "field": "daddr"}},
  "right": "@listen6"}}, {"notrack": null}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "from_us", "handle": 14,
  "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip6", "field": "daddr"}}, "right": "::1"}},
  {"notrack": null}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "prerouting", "handle": 16,
  "expr": [{"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": {"set": ["tcp", "udp"]}}},
  {"match": {"op": "==", "left": {"payload": {"protocol": "th", "field": "dport"}}, "right": 53}},
  {"goto": {"target": "to_us"}}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "prerouting", "handle": 18,
  "expr": [{"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": {"set": ["tcp", "udp"]}}},
  {"match": {"op": "==", "left": {"payload": {"protocol": "th", "field": "sport"}}, "right": 53}},
  {"goto": {"target": "to_us"}}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "output", "handle": 20,
  "expr": [{"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": {"set": ["tcp", "udp"]}}},
  {"match": {"op": "==", "left": {"payload": {"protocol": "th", "field": "dport"}}, "right": 53}},
  {"goto": {"target": "from_us"}}]}},
{"rule": {"family": "inet", "table": "dns_fastpath", "chain": "output", "handle": 22,
  "expr": [{"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": {"set": ["tcp", "udp"]}}},
  {"match": {"op": "==", "left": {"payload": {"protocol": "th", "field": "sport"}}, "right": 53}},
  {"goto": {"target": "from_us"}}]}}
]})";
}

std::string stateful_firewall_json() {
    return R"({"nftables": [
{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
{"table": {"family": "inet", "name": "filter", "handle": 1}},
{"chain": {"family": "inet", "table": "filter", "name": "input", "handle": 1, "type": "filter",
  "hook": "input", "prio": 0, "policy": "drop"}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 2, "expr": [{"match": {"op": "==",
  "left": {"meta": {"key": "iif"}}, "right": "lo"}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 3, "expr": [{"match": {"op": "in",
  "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 5, "expr": [{"match": {"op": "==",
  "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": {"set": [53, 5353]}}},
  {"accept": null}]}},
{"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 7, "expr": [{"match": {"op": "==",
  "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [22, 53]}}},
  {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "new"}}, {"accept": null}]}}
]})";
}

std::string firewall_with_exemption_json() {
    return R"({"nftables": [
{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
{"table": {"family": "inet", "name": "firewalld", "handle": 1}},
{"chain": {"family": "inet", "table": "firewalld", "name": "filter_INPUT", "handle": 1, "type": "filter",
  "hook": "input", "prio": 10, "policy": "accept"}},
{"chain": {"family": "inet", "table": "firewalld", "name": "zones", "handle": 2}},
{"rule": {"family": "inet", "table": "firewalld", "chain": "filter_INPUT", "handle": 4,
  "expr": [{"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": [["invalid", {"drop": null}],
  ["established", {"accept": null}], ["related", {"accept": null}]]}}}]}},
{"rule": {"family": "inet", "table": "firewalld", "chain": "filter_INPUT", "handle": 5,
  "expr": [{"jump": {"target": "zones"}}]}},
{"rule": {"family": "inet", "table": "firewalld", "chain": "filter_INPUT", "handle": 6,
  "expr": [{"counter": null}, {"reject": {"type": "icmpx", "expr": "admin-prohibited"}}]}},
{"rule": {"family": "inet", "table": "firewalld", "chain": "zones", "handle": 7,
  "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "sport"}},
  "right": {"range": [50, 60]}}}, {"accept": null}]}}
]})";
}

std::string zone_and_translation_json() {
    return R"({"nftables": [
{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
{"table": {"family": "ip", "name": "z", "handle": 1}},
{"chain": {"family": "ip", "table": "z", "name": "pre", "handle": 1, "type": "filter", "hook": "prerouting",
  "prio": -350, "policy": "accept"}},
{"chain": {"family": "ip", "table": "z", "name": "nat", "handle": 2, "type": "nat", "hook": "prerouting",
  "prio": -100, "policy": "accept"}},
{"rule": {"family": "ip", "table": "z", "chain": "pre", "handle": 3, "expr": [{"match": {"op": "==",
  "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 53}},
  {"mangle": {"key": {"ct": {"key": "zone"}}, "value": 6}}]}},
{"rule": {"family": "ip", "table": "z", "chain": "nat", "handle": 4, "expr": [{"match": {"op": "==",
  "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 80}}, {"dnat": {"addr": "192.0.2.1"}}]}},
{"rule": {"family": "ip", "table": "z", "chain": "nat", "handle": 5, "expr": [{"match": {"op": "==",
  "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 53}}, {"redirect": {"port": 5353}}]}}
]})";
}

std::string joined(const std::string &one, const std::string &other) {
    nlohmann::json both = nlohmann::json::parse(one);
    const nlohmann::json more = nlohmann::json::parse(other);
    for (const nlohmann::json &entry : more["nftables"]) {
        both["nftables"].push_back(entry);
    }
    return both.dump();
}

} // namespace fastpath::test
