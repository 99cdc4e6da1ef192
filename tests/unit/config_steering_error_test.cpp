// SPDX-License-Identifier: Apache-2.0
// Bad pools, and bad references to them: the exact message and place of every error.
#include "unit/config_bad.h"

#include <dns_fastpath/steer.h>

namespace fastpath {
namespace {

const std::string label = "expected a name of up to 63 printable ASCII characters, no space, quote or backslash";
const std::string upstream_expected =
    "pools: expected {address: IP or local, az: NAME, weight: a whole number from 1 to 1000, "
    "max_qps: a whole number from 0 to 10000000}";
const std::string upstream_allowed = upstream_expected.substr(std::string("pools: expected ").size());
const std::string pool_expected = "pools: expected {upstreams: a list of 1 to 256, each " + upstream_allowed + "}";

std::string pool_of(const std::string &item) {
    return "pools:\n  vpc:\n    upstreams:\n      - " + item + "\n";
}

TEST(ConfigSteeringError, ShapesOfPools) {
    const std::string pools = "pools: expected a map of at most 256 with 1024 upstreams in all, each NAME: "
                              "{upstreams: a list of 1 to 256, each " +
                              upstream_allowed + "}";
    expect_errors({
        {"pools: [vpc]", "1:8", pools + ", found a list of 1"},
        {"pools: vpc", "1:8", pools + R"(, found "vpc")"},
        {"pools:\n  vpc:\n  corp: {upstreams: [{address: local}]}", "2:3", pool_expected + ", found nothing"},
        {"pools: {vpc: [198.18.1.11]}", "1:14", pool_expected + ", found a list of 1"},
        {"pools: {vpc: {}}", "1:14", pool_expected + R"(, found no "upstreams")"},
        {"pools: {vpc: {upstream: []}}", "1:15", R"(pools: unknown key "upstream"; did you mean "upstreams"?)"},
        {"pools: {vpc: {upstreams: []}}", "1:26",
         "pools: expected a list of 1 to 256, each " + upstream_allowed + ", found a list of 0"},
        {pool_of("198.18.1.11"), "4:9", upstream_expected + R"(, found "198.18.1.11")"},
        {pool_of("{az: use1-az1}"), "4:9", upstream_expected + R"(, found no "address")"},
        {pool_of("{address: local, wieght: 5}"), "4:26", R"(pools: unknown key "wieght"; did you mean "weight"?)"},
        {"pools:\n  vpc: {upstreams: [{address: local}]}\n  vpc: {upstreams: [{address: local}]}", "3:3",
         R"(pools: duplicate key "vpc"; it is already set in line 2)"},
    });
}

TEST(ConfigSteeringError, Upstreams) {
    const std::string address = R"(pools: expected "local" for the resolver on this host, or a unicast IPv4 or IPv6 )"
                                "address, not of the loopback";
    const std::string weight = "pools: expected a whole number from 1 to 1000";
    const std::string max_qps = "pools: expected a whole number from 0 to 10000000";
    expect_errors({
        {pool_of("{address: localhost}"), "4:19", address + R"(, found "localhost")"},
        {pool_of("{address: [local]}"), "4:19", address + ", found a list of 1"},
        {pool_of("{address: 198.18.1.11:53}"), "4:19", address + R"(, found "198.18.1.11:53")"},
        {pool_of("{address: 127.0.0.53}"), "4:19", address + R"(, found "127.0.0.53")"},
        {pool_of("address: ::1"), "4:18", address + R"(, found "::1")"},
        {pool_of("{address: 0.0.0.0}"), "4:19", address + R"(, found "0.0.0.0")"},
        {pool_of("{address: 224.0.0.1}"), "4:19", address + R"(, found "224.0.0.1")"},
        {pool_of("address: fe80::1"), "4:18", address + R"(, found "fe80::1")"},
        {pool_of("{address: local, weight: 0}"), "4:34", weight + R"(, found "0")"},
        {pool_of("{address: local, weight: 1001}"), "4:34", weight + R"(, found "1001")"},
        {pool_of("{address: local, max_qps: -1}"), "4:35", max_qps + R"(, found "-1")"},
        {pool_of("{address: local, max_qps: 10000001}"), "4:35", max_qps + R"(, found "10000001")"},
        {pool_of("{address: local, az: use1 az1}"), "4:30", "pools: " + label + R"(; "" = none, found "use1 az1")"},
        {pool_of("{address: 192.0.2.1}\n      - {address: ::ffff:192.0.2.1}"), "5:9",
         R"(pools: "192.0.2.1" is listed twice)"},
        {pool_of("{address: local}\n      - {address: local, az: a}"), "5:9", R"(pools: "local" is listed twice)"},
    });
}

TEST(ConfigSteeringError, Names) {
    const std::string longest(63, 'x');
    EXPECT_TRUE(parse_config("az: " + longest, "f.yaml"));
    expect_errors({
        {"az: " + longest + "x", "1:5", "az: " + label + "; \"\" = none, found \"" + longest + "x\""},
        {"az: [a]", "1:5", "az: " + label + R"(; "" = none, found a list of 1)"},
        {"az: 'a b'", "1:5", "az: " + label + R"(; "" = none, found "a b")"},
        {"az: a\"b", "1:5", "az: " + label + R"(; "" = none, found "a\"b")"},
        {"az: a'b", "1:5", "az: " + label + R"(; "" = none, found "a'b")"},
        {"az: a\\b", "1:5", "az: " + label + R"(; "" = none, found "a\\b")"},
        {"az: zürich", "1:5", "az: " + label + R"(; "" = none, found "zürich")"},
        {"pools: {'': {upstreams: [{address: local}]}}", "1:9", "pools: " + label + R"(, found "")"},
        {"pools: {'a b': {upstreams: [{address: local}]}}", "1:9", "pools: " + label + R"(, found "a b")"},
        {"pools: {~: {upstreams: [{address: local}]}}", "1:9", "pools: a key must be a word"},
        {"listen: [{address: 192.0.2.1, pool: ''}]", "1:37", "listen: " + label + R"(, found "")"},
        {"listen: [{address: 192.0.2.1, view: ''}]", "1:37", "listen: " + label + R"(, found "")"},
        {"routes: [{zone: a, pool: [b]}]", "1:26", "routes: " + label + ", found a list of 1"},
        {"clients: [{prefix: ::/0, view: ' '}]", "1:32", "clients: " + label + R"(, found " ")"},
    });
}

TEST(ConfigSteeringError, RoutesAndClients) {
    expect_errors({
        {"routes: [corp.example]", "1:10", R"(routes: expected {zone: NAME, pool: NAME}, found "corp.example")"},
        {"routes: [{zone: corp.example}]", "1:10", R"(routes: expected {zone: NAME, pool: NAME}, found no "pool")"},
        {"routes: [{pool: default}]", "1:10", R"(routes: expected {zone: NAME, pool: NAME}, found no "zone")"},
        {"routes: [{zone: a..b, pool: default}]", "1:17", "routes: name 'a..b': empty label"},
        {"routes:\n  - {zone: Corp.example, pool: default}\n  - {zone: corp.EXAMPLE., pool: default}", "3:5",
         R"(routes: "corp.example." is listed twice)"},
        {"clients: [10.0.0.0/8]", "1:11",
         R"(clients: expected {prefix: PREFIX, pool: NAME, view: NAME}, found "10.0.0.0/8")"},
        {"clients: [{view: mta}]", "1:11",
         R"(clients: expected {prefix: PREFIX, pool: NAME, view: NAME}, found no "prefix")"},
        {"clients: [{prefix: 10.0.0.0/8}]", "1:11",
         R"(clients: expected {prefix: PREFIX, pool: NAME, view: NAME}, found neither "pool" nor "view")"},
        {"clients: [{prefix: 10.0.0.1/8, view: mta}]", "1:20",
         R"(clients: "10.0.0.1/8" has host bits set; the prefix is 10.0.0.0/8)"},
        {"clients:\n  - {prefix: 10.0.0.0/8, view: a}\n  - {prefix: ::ffff:10.0.0.0/104, view: b}", "3:5",
         R"(clients: "10.0.0.0/8" is listed twice)"},
    });
}

TEST(ConfigSteeringError, SourcePortsAndAddresses) {
    const std::string ports =
        "steering.source_ports: expected ports FIRST-LAST, from 1024 to 65535, at least 64 of them, found ";
    const std::string address = "expected a unicast IPv4 or IPv6 address, not of the loopback";
    const std::string timeout =
        "steering.timeout: expected a time, in seconds or with a unit (500ms, 1s), from 100ms to 1m, found ";
    std::vector<BadConfig> cases = {
        {"steering: {source_addresses: 198.18.0.2}", "1:30",
         "steering.source_addresses: expected a list of at most 32, each " + address.substr(9) +
             R"(, found "198.18.0.2")"},
        {"steering: {source_addresses: [127.0.0.1]}", "1:31",
         "steering.source_addresses: " + address + R"(, found "127.0.0.1")"},
        {"steering: {source_addresses: [198.18.0.2, 198.18.0.2]}", "1:43",
         R"(steering.source_addresses: "198.18.0.2" is listed twice)"},
        {"steering: {timeout: 99ms}", "1:21", timeout + R"("99ms")"},
        {"steering: {timeout: 61}", "1:21", timeout + R"("61")"},
        {"steering: {source_port: 20000-24095}", "1:12",
         R"(unknown key "steering.source_port"; did you mean "steering.source_ports"?)"},
        {"steering: {source_ports: [20000, 24095]}", "1:26", ports + "a list of 2"},
    };
    for (const std::string bad : {"53-200", "1023-2000", "20000", "20000-", "-24095", "20000-20062", "24095-20000",
                                  "65000-65536", "20000-24095-25000", "020000-24095", "20000..24095"}) {
        cases.push_back({"steering: {source_ports: '" + bad + "'}", "1:26", ports + "\"" + bad + "\""});
    }
    expect_errors(cases);
}

TEST(ConfigSteeringError, PoolsThatAreNotThere) {
    const std::string vpc = pool_of("{address: local}"); // four lines
    expect_errors({
        {vpc + "routes:\n  - {zone: a, pool: vpc}\n  - {zone: b, pool: vpcs}", "7:21",
         R"(routes: no pool "vpcs" is listed under pools; did you mean "vpc"?)"},
        {vpc + "clients: [{prefix: ::/0, pool: corp}]", "5:32",
         R"(clients: no pool "corp" is listed under pools; known here: default, vpc)"},
        {"listen: [{address: 192.0.2.1}, {address: 192.0.2.2, pool: Default}]", "1:59",
         R"(listen: no pool "Default" is listed under pools; did you mean "default"?)"},
        // Wherever it stands in the file.
        {"routes: [{zone: a, pool: vcp1}]\n" + vpc, "1:26",
         R"(routes: no pool "vcp1" is listed under pools; known here: default, vpc)"},
    });
}

TEST(ConfigSteeringError, OurOwnAddressesAsUpstreams) {
    const std::string message = "pools: 198.18.0.2 is an address of this host, by listen or steering.source_addresses; "
                                "write \"local\" for the resolver on it";
    const std::string own = "pools:\n  vpc:\n    upstreams:\n      - {address: local}\n      - {address: 198.18.0.2}\n";
    expect_errors({
        {"listen: [{address: 198.18.0.2}]\n" + own, "6:19", message},
        {own + "steering: {source_addresses: [198.18.0.3, 198.18.0.2]}", "5:19", message},
    });
}

// Lists that only have to be long.
std::string numbered(const std::string &before, const std::string &after, unsigned from, unsigned count) {
    std::string text;
    for (unsigned i = from; i < from + count; ++i) {
        text.append(before).append(std::to_string(i)).append(after).append("\n");
    }
    return text;
}

TEST(ConfigSteeringError, MoreThanTheMapsHold) {
    const std::string local = ": {upstreams: [{address: local}]}";
    const std::string too_many = R"(pools: more than 256 pools, or 1024 upstreams, with those of "default")";
    std::string upstreams;
    for (unsigned pool = 0; pool < 4; ++pool) {
        upstreams +=
            "  p" + std::to_string(pool) + ":\n    upstreams:\n" + numbered("      - {address: 198.18.1.", "}", 0, 256);
    }
    EXPECT_TRUE(parse_config("pools:\n" + numbered("  p", local, 0, 255), "f.yaml"));
    expect_errors({
        {"pools:\n" + numbered("  p", local, 0, 256), "257:3", too_many},
        {"pools:\n" + upstreams, "776:3", too_many}, // 1024 and the one of "default"
        {"steering:\n  source_addresses:\n" + numbered("    - 198.18.0.", "", 1, 17), "19:7",
         "steering.source_addresses: more than 16 IPv4 addresses"},
        {"steering:\n  source_addresses:\n" + numbered("    - 2001:db8::", "", 1, 17), "19:7",
         "steering.source_addresses: more than 16 IPv6 addresses"},
    });
}

TEST(ConfigSteeringError, MoreViewsThanHaveNumbers) {
    std::string text = "listen: [{address: 192.0.2.1, view: v1}]\nclients:\n";
    for (unsigned i = 1; i < FP_VIEWS_MAX; ++i) { // v1 to v1023, and "default"
        const std::string number = std::to_string(i);
        text.append("  - {prefix: 2001:db8::").append(number).append(", view: v").append(number).append("}\n");
    }
    EXPECT_TRUE(parse_config(text, "f.yaml"));
    expect_errors({{text + "  - {prefix: ::/0, view: one}", "1026:26",
                    R"(clients: view "one" is one more than the 1024 that there may be)"}});
}

} // namespace
} // namespace fastpath
