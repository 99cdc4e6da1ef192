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
    EXPECT_EQ(to_string(config.metrics.listen.value()), "127.0.0.1:9153");
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

TEST(ConfigAcl, OfIpv6SaysNothingOfIpv4) {
    AclConfig acl;
    acl.allow = prefixes({"::/0"});
    const IpPrefix all_ipv4 = parse_prefix("0.0.0.0/0").value();

    EXPECT_EQ(client_rules(acl), (std::vector<ClientRule>{{acl.allow[0], true}, {all_ipv4, false}}));

    acl.allow = {all_ipv4};
    EXPECT_EQ(client_rules(acl), (std::vector<ClientRule>{{all_ipv4, true}}));
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
    write(std::string((4 << 20) + 1, '#'));

    EXPECT_EQ(load_config(path_).error().message, path_ + ": is not a config file: larger than 4 MiB");
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
