// SPDX-License-Identifier: Apache-2.0
// Good values: every key, in every form it may be written, and what the whole of a config must still have.
#include "config/acl.h"
#include "config/keys.h"
#include "config/load.h"
#include "config/validate.h"

#include <cstdio>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

namespace fastpath {
namespace {

using namespace std::chrono_literals;

struct GoodValue {
    const char *text;
    std::function<void(Config &)> makes; // of the default
};

ListenConfig listen_on(const char *address) {
    return {parse_address(address).value()};
}

UpstreamConfig upstream(const char *address) {
    return {.address = parse_address(address).value()};
}

PoolConfig pool(const char *name, std::vector<UpstreamConfig> upstreams) {
    return {name, std::move(upstreams)};
}

std::vector<IpPrefix> prefixes(std::initializer_list<const char *> texts) {
    std::vector<IpPrefix> list;
    for (const char *text : texts) {
        list.push_back(parse_prefix(text).value());
    }
    return list;
}

const std::vector<GoodValue> good_values = {
    {"interfaces: []", [](Config &) {}},
    {"interfaces: [eth0]", [](Config &c) { c.interfaces = {{"eth0"}}; }},
    {"interfaces:\n  - eth0\n  - {name: eth1.100, mode: native}\n  - name: br-lan@1\n    mode: generic",
     [](Config &c) {
         c.interfaces = {{"eth0"}, {"eth1.100", InterfaceMode::native}, {"br-lan@1", InterfaceMode::generic}};
     }},
    {"interfaces: [{name: 'eth0'}, {mode: auto, name: fifteen-octets-}]",
     [](Config &c) {
         c.interfaces = {{"eth0"}, {"fifteen-octets-"}};
     }},
    {"interfaces: ['null', \"0\"]",
     [](Config &c) {
         c.interfaces = {{"null"}, {"0"}};
     }},

    {"listen: []", [](Config &) {}},
    {"listen: [{address: 198.18.0.2}]", [](Config &c) { c.listen = {listen_on("198.18.0.2")}; }},
    {"listen:\n- address: 2001:db8::1\n- {address: '2001:db8::'}",
     [](Config &c) {
         c.listen = {listen_on("2001:db8::1"), listen_on("2001:db8::")};
     }},

    {"listen: [{address: 198.18.0.2, pool: default, view: default}, {address: 198.18.0.3, view: mta}]",
     [](Config &c) {
         c.listen = {listen_on("198.18.0.2"), listen_on("198.18.0.3")};
         c.listen[1].view = "mta";
     }},
    {"pools: {vpc: {upstreams: [{address: local}]}}\nlisten: [{pool: vpc, address: 198.18.0.2}]",
     [](Config &c) {
         c.pools.push_back(pool("vpc", {UpstreamConfig{}}));
         c.listen = {listen_on("198.18.0.2")};
         c.listen[0].pool = "vpc";
     }},

    {"az: ''", [](Config &) {}},
    {"az: use1-az1", [](Config &c) { c.az = "use1-az1"; }},
    {"az: \"~\"", [](Config &c) { c.az = "~"; }},

    {"pools: {}", [](Config &) {}},
    {"pools: {default: {upstreams: [{address: local}]}}", [](Config &) {}},
    {"pools:\n  default:\n    upstreams:\n      - {address: local, weight: 1}\n"
     "      - {address: 198.18.1.11, az: use1-az1, weight: 1000, max_qps: 10000000}\n"
     "      - address: 2001:db8::11\n        az: ''\n        max_qps: 0\n",
     [](Config &c) {
         c.pools = {pool("default", {{.weight = 1},
                                     {.address = parse_address("198.18.1.11").value(),
                                      .az = "use1-az1",
                                      .weight = 1'000,
                                      .max_qps = 10'000'000},
                                     upstream("2001:db8::11")})};
     }},
    {"pools: {vpc: {upstreams: [{address: 169.254.169.253}]}}",
     [](Config &c) { c.pools.push_back(pool("vpc", {upstream("169.254.169.253")})); }},
    {"pools: {a: {upstreams: [{address: 198.18.1.11}]}, default: {upstreams: [{address: 198.18.1.11}]}}",
     [](Config &c) {
         c.pools = {pool("a", {upstream("198.18.1.11")}), pool("default", {upstream("198.18.1.11")})};
     }},

    {"routes: []", [](Config &) {}},
    {"routes: [{zone: Corp.Example, pool: default}, {pool: default, zone: .}]",
     [](Config &c) {
         c.routes = {{name_from_text("corp.example").value(), "default"}, {WireName{0}, "default"}};
     }},

    {"clients: []", [](Config &) {}},
    {"clients: [{prefix: 10.1.0.0/16, pool: default}, {prefix: 10.1.2.3, view: mta}]",
     [](Config &c) {
         c.clients = {{parse_prefix("10.1.0.0/16").value(), "default", ""},
                      {parse_prefix("10.1.2.3/32").value(), "", "mta"}};
     }},

    {"acl: {allow: []}", [](Config &c) { c.acl.allow.clear(); }},
    {"acl: {allow: [0.0.0.0/0, '::/0']}",
     [](Config &c) {
         c.acl.allow = prefixes({"0.0.0.0/0", "::/0"});
     }},
    {"acl:\n  allow:\n    - 192.0.2.1\n    - 2001:db8::/32",
     [](Config &c) {
         c.acl.allow = prefixes({"192.0.2.1/32", "2001:db8::/32"});
     }},
    {"acl: {allow: [10.0.0.0/8, 10.1.0.0/16]}",
     [](Config &c) {
         c.acl.allow = prefixes({"10.0.0.0/8", "10.1.0.0/16"});
     }},
    {"acl: {action: refuse}", [](Config &) {}},
    {"acl: {action: drop}", [](Config &c) { c.acl.action = AclAction::drop; }},
    {"acl: {action: 'pass'}", [](Config &c) { c.acl.action = AclAction::pass; }},

    {"cache: {max_entries: 8}", [](Config &c) { c.cache.max_entries = 8; }},
    {"cache: {max_entries: 8388608}", [](Config &c) { c.cache.max_entries = 8'388'608; }},
    {"cache: {min_ttl: 0}", [](Config &) {}},
    {"cache: {min_ttl: 1d}", [](Config &c) { c.cache.min_ttl = 24h; }},
    {"cache: {min_ttl: 60, max_ttl: 60}", [](Config &c) { c.cache.min_ttl = c.cache.max_ttl = 60s; }},
    {"cache: {max_ttl: 1}", [](Config &c) { c.cache.max_ttl = 1s; }},
    {"cache: {max_ttl: 604800}", [](Config &c) { c.cache.max_ttl = 7 * 24h; }},
    {"cache: {max_ttl: 7d}", [](Config &c) { c.cache.max_ttl = 7 * 24h; }},
    {"cache: {max_ttl: '12h'}", [](Config &c) { c.cache.max_ttl = 12h; }},
    {"cache: {max_ttl: 5000ms}", [](Config &c) { c.cache.max_ttl = 5s; }},
    {"cache: {max_negative_ttl: 0}", [](Config &c) { c.cache.max_negative_ttl = 0s; }},
    {"cache: {max_negative_ttl: 24h}", [](Config &c) { c.cache.max_negative_ttl = 24h; }},
    {"cache: {max_ttl: 300, max_negative_ttl: 3600}", [](Config &c) { c.cache.max_ttl = 300s; }},
    {"cache: {failure_ttl: 0}", [](Config &c) { c.cache.failure_ttl = 0s; }},
    {"cache: {failure_ttl: 5m}", [](Config &c) { c.cache.failure_ttl = 300s; }},

    {"cache: {prefetch: true}", [](Config &) {}},
    {"cache: {prefetch: false}", [](Config &c) { c.cache.prefetch = false; }},
    {"cache: {stale: on-failure}", [](Config &) {}},
    {"cache: {stale: always}", [](Config &c) { c.cache.stale = StalePolicy::always; }},
    {"cache: {stale: off}", [](Config &c) { c.cache.stale = StalePolicy::off; }},
    {"cache: {stale_max_age: 3d}", [](Config &c) { c.cache.stale_max_age = 72h; }},
    {"cache: {stale_ttl: 1}", [](Config &c) { c.cache.stale_ttl = 1s; }},

    {"edns: {payload_size: 512}", [](Config &c) { c.edns.payload_size = 512; }},
    {"edns: {payload_size: 4096}", [](Config &c) { c.edns.payload_size = 4'096; }},
    {"edns: {cookies: ignore}", [](Config &) {}},
    {"edns: {cookies: pass}", [](Config &c) { c.edns.cookies = CookiePolicy::pass; }},

    {"steering: {source_addresses: [198.18.0.2, '2001:db8::2']}",
     [](Config &c) {
         c.steering.source_addresses = {parse_address("198.18.0.2").value(), parse_address("2001:db8::2").value()};
     }},
    {"steering: {source_ports: 20000-24095}", [](Config &) {}},
    {"steering: {source_ports: 1024-1087}",
     [](Config &c) {
         c.steering.source_ports = {1'024, 1'087};
     }},
    {"steering: {source_ports: '65472-65535'}",
     [](Config &c) {
         c.steering.source_ports = {65'472, 65'535};
     }},
    {"steering: {timeout: 100ms}", [](Config &c) { c.steering.timeout = 100ms; }},
    {"steering: {timeout: 60}", [](Config &c) { c.steering.timeout = 60s; }},

    {"conntrack: {notrack: true}", [](Config &) {}},
    {"conntrack: {notrack: false}", [](Config &c) { c.conntrack.notrack = false; }},

    {"health: {interval: 1m, timeout: 1m}", [](Config &c) { c.health.interval = c.health.timeout = 60s; }},
    {"health: {interval: 100ms, timeout: 10ms}",
     [](Config &c) {
         c.health.interval = 100ms;
         c.health.timeout = 10ms;
     }},
    {"health: {fall: 1, rise: 100}",
     [](Config &c) {
         c.health.fall = 1;
         c.health.rise = 100;
     }},
    {"health: {name: Probe.Example, type: txt}",
     [](Config &c) {
         c.health.name = name_from_text("probe.example.").value();
         c.health.type = 16;
     }},
    {"health: {name: ., type: TYPE65280}", [](Config &c) { c.health.type = 65'280; }},

    {"metrics: {listen: ''}", [](Config &c) { c.metrics.listen.reset(); }},
    {"metrics: {listen: 0.0.0.0:80}", [](Config &c) { c.metrics.listen = parse_socket_address("0.0.0.0:80").value(); }},
    {"metrics: {listen: \"[::1]:9153\"}",
     [](Config &c) { c.metrics.listen = parse_socket_address("[::1]:9153").value(); }},

    {"metrics: {top_names: 0}", [](Config &c) { c.metrics.top_names = 0; }},
    {"metrics: {top_names: 1000}", [](Config &c) { c.metrics.top_names = 1'000; }},

    {"rate_limit: {per_client_qps: 0}", [](Config &) {}},
    {"rate_limit: {per_client_qps: 1000000}", [](Config &c) { c.rate_limit.per_client_qps = 1'000'000; }},

    {"state: {snapshot: ''}", [](Config &c) { c.state.snapshot.clear(); }},
    {"state: {snapshot: /a b/c}", [](Config &c) { c.state.snapshot = "/a b/c"; }},
    {"state: {on_stop: detach}", [](Config &) {}},
    {"state: {on_stop: keep}", [](Config &c) { c.state.on_stop = OnStop::keep; }},

    {"log: {level: trace}", [](Config &c) { c.log.level = LogLevel::trace; }},
    {"log: {level: debug}", [](Config &c) { c.log.level = LogLevel::debug; }},
    {"log: {level: info}", [](Config &) {}},
    {"log: {level: warn}", [](Config &c) { c.log.level = LogLevel::warn; }},
    {"log: {level: error}", [](Config &c) { c.log.level = LogLevel::error; }},

    {"", [](Config &) {}},
    {"# nothing but a comment\n", [](Config &) {}},
    {"---\n", [](Config &) {}},
    {"\xef\xbb\xbflog: {level: warn}\r\n", [](Config &c) { c.log.level = LogLevel::warn; }},
    {"cache:\n  # max_ttl: 5\nlog:\n  level: warn\n", [](Config &c) { c.log.level = LogLevel::warn; }},
    {"cache: {max_ttl: &one 60, min_ttl: *one}", [](Config &c) { c.cache.min_ttl = c.cache.max_ttl = 60s; }},
};

TEST(ConfigValue, IsReadInEveryFormItMayHave) {
    for (const GoodValue &value : good_values) {
        Config wanted;
        value.makes(wanted);

        const auto config = parse_config(value.text, "f.yaml");

        ASSERT_TRUE(config) << value.text << "\n" << config.error().message;
        EXPECT_EQ(*config, wanted) << value.text;
    }
}

TEST(ConfigValue, HasAGoodExampleOfEveryKey) {
    std::set<std::string_view> changed;
    for (const GoodValue &value : good_values) {
        const Config config = parse_config(value.text, "f.yaml").value();
        for (const Key &key : config_keys()) {
            if (value_text(key, config) != value_text(key, Config{})) {
                changed.insert(key.path);
            }
        }
    }
    EXPECT_EQ(changed.size(), config_keys().size());
}

TEST(ConfigValue, DefaultsAreThoseOfTheContract) {
    const Config config;

    EXPECT_TRUE(config.interfaces.empty());
    EXPECT_TRUE(config.listen.empty());
    EXPECT_EQ(config.az, "");
    EXPECT_EQ(config.pools, std::vector{pool("default", {UpstreamConfig{}})});
    EXPECT_FALSE(config.pools[0].upstreams[0].address);
    EXPECT_TRUE(config.routes.empty());
    EXPECT_TRUE(config.clients.empty());
    EXPECT_EQ(config.acl.allow, prefixes({"127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                          "fc00::/7", "169.254.0.0/16", "fe80::/10", "100.64.0.0/10"}));
    EXPECT_EQ(config.acl.action, AclAction::refuse);
    EXPECT_EQ(config.cache.max_entries, 1'000'000U);
    EXPECT_EQ(config.cache.min_ttl, 0s);
    EXPECT_EQ(config.cache.max_ttl, 86'400s);
    EXPECT_EQ(config.cache.max_negative_ttl, 3'600s);
    EXPECT_EQ(config.cache.failure_ttl, 5s);
    EXPECT_EQ(config.edns.payload_size, 1'232);
    EXPECT_EQ(config.edns.cookies, CookiePolicy::ignore);
    EXPECT_TRUE(config.steering.source_addresses.empty());
    EXPECT_EQ(config.steering.source_ports, (PortRange{20'000, 24'095}));
    EXPECT_EQ(config.steering.timeout, 5s);
    EXPECT_TRUE(config.conntrack.notrack);
    EXPECT_EQ(to_string(config.metrics.listen.value()), "127.0.0.1:9153");
    EXPECT_EQ(config.metrics.top_names, 20U);
    EXPECT_EQ(config.rate_limit.per_client_qps, 0U);
    EXPECT_EQ(config.state.snapshot, "/var/lib/dns-fastpath/cache.snapshot");
    EXPECT_EQ(config.state.on_stop, OnStop::detach);
    EXPECT_EQ(config.log.level, LogLevel::info);
}

TEST(ConfigValidate, WantsInterfacesEachOnceAfterTheCommandLineWasMerged) {
    const std::pair<std::vector<InterfaceConfig>, const char *> cases[] = {
        {{}, "no interface: list at least one under \"interfaces\" in the config file, or give --interface IF"},
        {{{"eth0"}, {"eth1"}, {"eth0", InterfaceMode::native}}, "interface \"eth0\" is given twice"},
        {{{"sixteen-octets--"}}, "\"sixteen-octets--\" cannot be the name of an interface"},
        {{{""}}, "\"\" cannot be the name of an interface"},
        {{{"a/b"}}, "\"a/b\" cannot be the name of an interface"},
        {{{".."}}, "\"..\" cannot be the name of an interface"},
    };
    for (const auto &[interfaces, message] : cases) {
        Config config;
        config.interfaces = interfaces;

        const auto result = validate(config);

        ASSERT_FALSE(result) << message;
        EXPECT_EQ(result.error().message, message);
    }
    Config config;
    config.interfaces = {{"eth0"}, {"eth1"}};
    EXPECT_TRUE(validate(config));
}

TEST(ConfigValidate, SeesContradictionsBetweenKeys) {
    Config config;
    config.interfaces = {{"eth0"}};
    config.cache.min_ttl = 61s;
    config.cache.max_ttl = 60s;

    EXPECT_EQ(validate(config).error().message, "cache.min_ttl (61s) is above cache.max_ttl (1m)");
}

TEST(ConfigAcl, AllowsWhatItsPrefixesCover) {
    AclConfig acl;
    const auto allows = [&acl](const char *address) { return is_allowed(acl, parse_address(address).value()); };
    acl.allow = prefixes({"192.0.2.128/25", "2001:db8:8000::/33"});
    EXPECT_TRUE(allows("192.0.2.128"));
    EXPECT_TRUE(allows("192.0.2.255"));
    EXPECT_FALSE(allows("192.0.2.127"));
    EXPECT_TRUE(allows("2001:db8:ffff::1"));
    EXPECT_FALSE(allows("2001:db8:7fff::1"));
    acl.allow.clear();
    EXPECT_FALSE(allows("127.0.0.1"));
}

TEST(ConfigAcl, OfIpv6SaysNothingOfIpv4) {
    AclConfig acl;
    const IpAddress ipv4 = parse_address("192.0.2.1").value();
    const IpAddress ipv6 = parse_address("2001:db8::1").value();

    acl.allow = prefixes({"::/0"});
    EXPECT_TRUE(is_allowed(acl, ipv6));
    EXPECT_FALSE(is_allowed(acl, ipv4));
    acl.allow = prefixes({"0.0.0.0/0"});
    EXPECT_FALSE(is_allowed(acl, ipv6));
    EXPECT_TRUE(is_allowed(acl, ipv4));
}

// A file of its own for each test; removed with it.
class ConfigFile : public testing::Test {
  protected:
    ConfigFile() { ::close(::mkstemp(path_.data())); }
    ~ConfigFile() override { std::remove(path_.c_str()); }

    void write(std::string_view text) { std::ofstream(path_) << text; }

    std::string path_ = testing::TempDir() + "fastpath-config-XXXXXX";
};

TEST_F(ConfigFile, IsReadWhole) {
    const std::string comment = "# " + std::string(100'000, 'x') + "\n"; // more than one read() takes
    write(comment + "log: {level: warn}\n");

    EXPECT_EQ(load_config(path_).value().log.level, LogLevel::warn);
}

TEST_F(ConfigFile, IsNamedInItsErrors) {
    write("\nlog: {level: loud}\n");

    EXPECT_EQ(load_config(path_).error().message,
              path_ + ":2:14: log.level: expected trace, debug, info, warn or error, found \"loud\"");
}

TEST_F(ConfigFile, MayBeEmpty) {
    EXPECT_EQ(load_config(path_).value(), Config{});
}

TEST_F(ConfigFile, HasToBeAFileOfSensibleSize) {
    write(std::string((16 << 20) + 1, '#'));

    EXPECT_EQ(load_config(path_).error().message, path_ + ": is not a config file: larger than 16 MiB");
    EXPECT_EQ(load_config(testing::TempDir()).error().message,
              testing::TempDir() +
                  ": cannot read the config file (another is given with --config FILE): Is a directory");
}

TEST_F(ConfigFile, HasToExist) {
    std::remove(path_.c_str());

    EXPECT_EQ(load_config(path_).error().message,
              path_ + ": cannot read the config file (another is given with --config FILE): No such file or directory");
}

} // namespace
} // namespace fastpath
