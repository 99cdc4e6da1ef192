// SPDX-License-Identifier: Apache-2.0
// Bad configs: the exact message and place of every error. Those of pools and what refers to them: config_steering_error_test.
#include "config/keys.h"
#include "config/load.h"
#include "unit/config_bad.h"

#include <gtest/gtest.h>

namespace fastpath {
namespace {

using std::string_literals::operator""s;

TEST(ConfigError, UnknownKeys) {
    const std::string top_level = "interfaces, az, listen, pools, routes, clients, acl, cache, edns, steering, health, "
                                  "conntrack, rate_limit, metrics, state, log";
    expect_errors({
        {"log:\n  level: info\n\ncach: {}", "4:1", R"(unknown key "cach"; did you mean "cache"?)"},
        {"cache:\n  max_tll: 5", "2:3", R"(unknown key "cache.max_tll"; did you mean "cache.max_ttl"?)"},
        {"interface: [eth0]", "1:1", R"(unknown key "interface"; did you mean "interfaces"?)"},
        {"max_ttl: 5", "1:1", R"(unknown key "max_ttl"; did you mean "cache.max_ttl"?)"},
        {"cache: {min_ttl: 5, payload_size: 512}", "1:21",
         R"(unknown key "cache.payload_size"; did you mean "edns.payload_size"?)"},
        {"cache.max_ttl: 5", "1:1", R"(unknown key "cache.max_ttl"; write max_ttl in the section cache)"},
        {"views: {}", "1:1", R"(unknown key "views"; known here: )" + top_level},
        {"edns:\n  nsid: true", "2:3", R"(unknown key "edns.nsid"; known here: edns.payload_size, edns.cookies)"},
        {"log: {'': info}", "1:7", R"(unknown key "log."; known here: log.level)"},
        {"'': 1", "1:1", R"(unknown key ""; known here: )" + top_level},
        {"<<: {log: {level: info}}", "1:1", R"(unknown key "<<"; known here: )" + top_level},
        {"listen:\n  - {address: 192.0.2.1, port: 53}", "2:26",
         R"(listen: unknown key "port"; known here: address, pool, view)"},
        {"interfaces: [{nam: eth0}]", "1:15", R"(interfaces: unknown key "nam"; did you mean "name"?)"},
    });
}

TEST(ConfigError, DuplicateKeys) {
    expect_errors({
        {"log: {level: info}\nacl: {}\nlog: {level: info}", "3:1",
         R"(duplicate key "log"; it is already set in line 1)"},
        {"cache:\n  max_ttl: 5\n  max_ttl: 5", "3:3", R"(duplicate key "cache.max_ttl"; it is already set in line 2)"},
        {"interfaces: [{name: a, name: b}]", "1:24",
         R"(interfaces: duplicate key "name"; it is already set in line 1)"},
    });
}

TEST(ConfigError, WrongShapes) {
    const std::string interfaces =
        "interfaces: expected a list of at most 256, each an interface name or {name: NAME, mode: auto, native or generic}";
    const std::string interface =
        "interfaces: expected an interface name or {name: NAME, mode: auto, native or generic}";
    expect_errors({
        {"- eth0", "1:1", "expected a map of keys, found a list of 1"},
        {"eth0", "1:1", R"(expected a map of keys, found "eth0")"},
        {"[a]: b", "1:1", "a key must be a word"},
        {"~: b", "1:1", "a key must be a word"},
        {"cache: 5", "1:8", R"(cache: expected a map of keys, found "5")"},
        {"cache: [max_ttl, 5]", "1:8", "cache: expected a map of keys, found a list of 2"},
        {"interfaces: eth0", "1:13", interfaces + R"(, found "eth0")"},
        {"interfaces: {name: eth0}", "1:13", interfaces + ", found a map"},
        {"listen: []\ninterfaces:\nlog: {level: info}", "2:1", interfaces + ", found nothing"},
        {"interfaces:\n  - eth0\n  -\n  - eth1", "2:3", "interfaces: item 2 of the list is empty"},
        {"interfaces: [[eth0]]", "1:14", interface + ", found a list of 1"},
        {"interfaces: [{mode: native}]", "1:14", interface + R"(, found no "name")"},
        {"interfaces: [{name: }]", "1:15", interface + ", found nothing"},
        {"listen: [192.0.2.1]", "1:10", R"(listen: expected {address: IP, pool: NAME, view: NAME}, found "192.0.2.1")"},
        {"listen: [{}]", "1:10", R"(listen: expected {address: IP, pool: NAME, view: NAME}, found no "address")"},
        {"listen: [{address: [192.0.2.1]}]", "1:20",
         "listen: expected the unicast IPv4 or IPv6 address that clients ask, found a list of 1"},
        {"acl: {allow: 10.0.0.0/8}", "1:14",
         R"(acl.allow: expected a list of at most 32000, each an IPv4 or IPv6 prefix, found "10.0.0.0/8")"},
        {"acl: {allow: [[10.0.0.0/8]]}", "1:15", "acl.allow: expected an IPv4 or IPv6 prefix, found a list of 1"},
        {"acl: {action: [drop]}", "1:15", "acl.action: expected refuse, drop or pass, found a list of 1"},
        {"acl:\n  action:\n", "2:3", "acl.action: expected refuse, drop or pass, found nothing"},
    });
}

TEST(ConfigError, ValuesThatAreNotAllowed) {
    const std::string name =
        "interfaces: expected an interface name (1 to 15 printable ASCII characters, no space, '/' or ':')";
    const std::string unicast = "listen: expected the unicast IPv4 or IPv6 address that clients ask";
    const std::string entries = "cache.max_entries: expected a whole number from 8 to 8388608";
    const std::string seconds = "expected whole seconds, plain or with a unit (30s, 5m, 24h, 7d), from ";
    const std::string payload = "edns.payload_size: expected a whole number from 512 to 4096";
    const std::string path = R"(state.snapshot: expected an absolute path of a file; "" = none)";
    const std::string metrics = R"(metrics.listen: expected "ADDRESS:PORT" or "[ADDRESS]:PORT" in quotes; "" = off)";
    expect_errors({
        {"interfaces: [sixteen-octets--]", "1:14", name + R"(, found "sixteen-octets--")"},
        {"interfaces: ['']", "1:14", name + R"(, found "")"},
        {"interfaces: ['eth 0']", "1:14", name + R"(, found "eth 0")"},
        {"interfaces: ['eth0:1']", "1:14", name + R"(, found "eth0:1")"},
        {"interfaces:\n  - name: a/b", "2:11", name + R"(, found "a/b")"},
        {"interfaces: [\"a\\nb\"]", "1:14", name + R"(, found "a\x0ab")"},
        {"interfaces: [{name: a, mode: skb}]", "1:30", R"(interfaces: expected auto, native or generic, found "skb")"},
        {"interfaces: [eth0, {name: eth0}]", "1:20", R"(interfaces: "eth0" is listed twice)"},

        {"listen: [{address: 198.18.0.300}]", "1:20", unicast + R"(, found "198.18.0.300")"},
        {"listen: [{address: 0.0.0.0}]", "1:20", unicast + R"(, found "0.0.0.0")"},
        {"listen: [{address: 'ff02::1'}]", "1:20", unicast + R"(, found "ff02::1")"},
        {"listen:\n  - address: 192.0.2.1\n  - address: ::ffff:192.0.2.1", "3:5",
         R"(listen: "192.0.2.1" is listed twice)"},

        {"acl:\n  allow:\n    - ::1\n    - 10.0.0.1/8", "4:7",
         R"(acl.allow: "10.0.0.1/8" has host bits set; the prefix is 10.0.0.0/8)"},
        {"acl: {allow: [10.0.0.0/40]}", "1:15",
         R"(acl.allow: "10.0.0.0/40": the length of an IPv4 prefix is a number from 0 to 32)"},
        {"acl: {allow: [example.org]}", "1:15", R"(acl.allow: "example.org" is not an IPv4 or IPv6 prefix)"},
        {"acl: {allow: [\"10.0.0.1\\0\"]}", "1:15", R"(acl.allow: "10.0.0.1\x00" is not an IPv4 or IPv6 prefix)"},
        {"acl: {allow: [192.0.2.1/32, 192.0.2.1]}", "1:29", R"(acl.allow: "192.0.2.1/32" is listed twice)"},
        {"acl: {action: Refuse}", "1:15", R"(acl.action: expected refuse, drop or pass, found "Refuse")"},

        {"cache: {max_entries: 7}", "1:22", entries + R"(, found "7")"},
        {"cache: {max_entries: 8388609}", "1:22", entries + R"(, found "8388609")"},
        {"cache: {max_entries: 1_000}", "1:22", entries + R"(, found "1_000")"},
        {"cache: {max_entries: -1}", "1:22", entries + R"(, found "-1")"},
        {"cache: {max_entries: 4294967304}", "1:22", entries + R"(, found "4294967304")"},
        {"cache: {max_entries: \"1000\"}", "1:22", entries + R"(, found "1000")"},
        {"cache: {min_ttl: 86401}", "1:18", "cache.min_ttl: " + seconds + R"(0s to 1d, found "86401")"},
        {"cache: {max_ttl: 0}", "1:18", "cache.max_ttl: " + seconds + R"(1s to 7d, found "0")"},
        {"cache: {max_ttl: 8d}", "1:18", "cache.max_ttl: " + seconds + R"(1s to 7d, found "8d")"},
        {"cache: {max_ttl: 604800001ms}", "1:18", "cache.max_ttl: " + seconds + R"(1s to 7d, found "604800001ms")"},
        {"cache: {max_ttl: 1500ms}", "1:18", "cache.max_ttl: " + seconds + R"(1s to 7d, found "1500ms")"},
        {"cache: {max_negative_ttl: 2d}", "1:27", "cache.max_negative_ttl: " + seconds + R"(0s to 1d, found "2d")"},
        {"cache: {failure_ttl: 301}", "1:22", "cache.failure_ttl: " + seconds + R"(0s to 5m, found "301")"},
        {"cache: {failure_ttl: never}", "1:22", "cache.failure_ttl: " + seconds + R"(0s to 5m, found "never")"},

        {"cache: {prefetch: yes}", "1:19", R"(cache.prefetch: expected true or false, found "yes")"},
        {"cache: {prefetch: 'true'}", "1:19", R"(cache.prefetch: expected true or false, found "true")"},
        {"cache: {stale: never}", "1:16", R"(cache.stale: expected on-failure, always or off, found "never")"},
        {"cache: {stale_max_age: 4d}", "1:24", "cache.stale_max_age: " + seconds + R"(1s to 3d, found "4d")"},
        {"cache: {stale_ttl: 0}", "1:20", "cache.stale_ttl: " + seconds + R"(1s to 1h, found "0")"},

        {"edns: {payload_size: 511}", "1:22", payload + R"(, found "511")"},
        {"edns: {payload_size: 4097}", "1:22", payload + R"(, found "4097")"},
        {"edns: {cookies: true}", "1:17", R"(edns.cookies: expected ignore or pass, found "true")"},

        {"health: {interval: 99ms}", "1:20",
         R"(health.interval: expected a time, in seconds or with a unit (500ms, 1s), from 100ms to 1h, found "99ms")"},
        {"health: {timeout: [1s]}", "1:19",
         "health.timeout: expected a time, in seconds or with a unit (500ms, 1s), from 10ms to 1m, found a list of 1"},
        {"health: {fall: 0}", "1:16", R"(health.fall: expected a whole number from 1 to 100, found "0")"},
        {"health: {rise: 101}", "1:16", R"(health.rise: expected a whole number from 1 to 100, found "101")"},
        {"health: {type: ANY}", "1:16", R"(health.type: expected a record type (NS, A, TYPE65280), found "ANY")"},
        {"health: {type: NOTYPE}", "1:16", R"(health.type: expected a record type (NS, A, TYPE65280), found "NOTYPE")"},

        {"conntrack: {notrack: 1}", "1:22", R"(conntrack.notrack: expected true or false, found "1")"},

        {"metrics: {listen: 9153}", "1:19", metrics + R"(, found "9153")"},
        {"metrics: {listen: localhost:9153}", "1:19", metrics + R"(, found "localhost:9153")"},
        {"metrics: {listen: [127.0.0.1]}", "1:19", metrics + ", found a list of 1"},
        {"metrics: {top_names: 1001}", "1:22",
         R"(metrics.top_names: expected a whole number from 0 to 1000, found "1001")"},
        {"rate_limit: {per_client_qps: -1}", "1:30",
         R"(rate_limit.per_client_qps: expected a whole number from 0 to 1000000, found "-1")"},
        {"state: {snapshot: cache.snapshot}", "1:19", path + R"(, found "cache.snapshot")"},
        {"state: {snapshot: /var/lib/}", "1:19", path + R"(, found "/var/lib/")"},
        {"state: {snapshot: \"/a\\0b\"}", "1:19", path + R"(, found "/a\x00b")"},
        {"state: {snapshot: [/a]}", "1:19", path + ", found a list of 1"},
        {"state: {on_stop: 'off'}", "1:18", R"(state.on_stop: expected detach or keep, found "off")"},
        {"log: {level: warning}", "1:14", R"(log.level: expected trace, debug, info, warn or error, found "warning")"},
    });
}

TEST(ConfigError, Contradictions) {
    expect_errors({
        {"cache:\n  max_ttl: 60\n  min_ttl: 61", "3:12", "cache.min_ttl (61s) is above cache.max_ttl (1m)"},
        {"cache:\n  min_ttl: 2h\n  max_ttl: 1h", "2:12", "cache.min_ttl (2h) is above cache.max_ttl (1h)"},
        {"health:\n  interval: 400ms", "2:13", "health.timeout (500ms) is above health.interval (400ms)"},
        {"health:\n  timeout: 2s", "2:12", "health.timeout (2s) is above health.interval (1s)"},
    });
}

TEST(ConfigError, NotYaml) {
    const std::string stray = "not valid YAML: stray text, or a second document; a config file holds one";
    expect_errors({
        {"log: {level: info}\n---\nlog: {level: info}", "2:1", stray},
        {"log: {level: info}\n---\n", "2:1", stray},
        {",log: {level: info}", "1:1", stray},
        {"log: {level: info}\n]", "2:1", "not valid YAML: illegal flow end"},
        {"log:\n  level: info\n bad", "3:2", "not valid YAML: end of map not found"},
        {"interfaces:\n  [eth0\n", "3:1", "not valid YAML: end of sequence flow not found"},
        {"cache:\n\tmax_ttl: 5", "2:9",
         "not valid YAML: illegal map value; the line is indented with a tab, use spaces"},
        {"log: *missing", "1:6", "not valid YAML: the referenced anchor is not defined"},
        {"log:\n  level: in\0fo"s, "2:12", "the file holds a NUL octet: not a text file in UTF-8"},
        {"\xff\xfel\0"s, "1:4", "the file holds a NUL octet: not a text file in UTF-8"},
    });
    const auto deep = parse_config(std::string(100'000, '['), "f.yaml");
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().message, "f.yaml:1:1: nested too deeply");
}

TEST(ConfigError, ListsThatAreLongerThanTheirMap) {
    std::string text = "interfaces:\n";
    for (int i = 0; i < 257; ++i) {
        text += "  - eth" + std::to_string(i) + "\n";
    }
    EXPECT_EQ(
        parse_config(text, "f.yaml").error().message,
        "f.yaml:2:3: interfaces: expected a list of at most 256, each an interface name or {name: NAME, mode: auto, native "
        "or generic}, found a list of 257");
}

TEST(ConfigError, EveryKeyRefusesAMapAndNothing) {
    for (const Key &key : config_keys()) {
        const std::string section(section_of(key.path));
        const std::string name(name_of(key.path));
        for (const std::string value : {"{x: y}", ""}) {
            if (key.path == "pools" && !value.empty()) { // is a map
                continue;
            }
            const std::string text = (section.empty() ? "" : section + ":\n  ") + name + ": " + value + "\n";
            const auto config = parse_config(text, "f.yaml");
            ASSERT_FALSE(config) << text;
            EXPECT_NE(
                config.error().message.find(std::string(key.path) + ": expected " + key.value.allowed + ", found "),
                std::string::npos)
                << config.error().message;
        }
    }
}

} // namespace
} // namespace fastpath
