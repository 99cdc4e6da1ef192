// SPDX-License-Identifier: Apache-2.0
// What is made from a Config: YAML that reads back, the changes of a reload, the reference; and the example that is shipped.
#include "config/diff.h"
#include "config/keys.h"
#include "config/load.h"
#include "config/print.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

namespace fastpath {
namespace {

using namespace std::chrono_literals;

const std::string source_dir = FASTPATH_SOURCE_DIR;

// Every key differs from its default, with values that YAML would mistake for something else if they were not quoted.
Config unusual_config() {
    Config config;
    config.interfaces = {{"null"}, {"~", InterfaceMode::native}, {"-", InterfaceMode::generic}, {"{a}"}, {"#b"},
                         {"'c\""}};
    config.listen = {{parse_address("2001:db8::").value()}, {parse_address("192.0.2.1").value()}};
    config.listen[1].pool = "~";
    config.listen[1].view = "null";
    config.az = "{a}";
    config.pools = {{"~", {{.address = parse_address("2001:db8::1:0").value(), .az = "#b", .weight = 1, .max_qps = 1}}},
                    {"default", {{.weight = 7}, {.address = parse_address("192.0.2.2").value()}}},
                    {"-", {{.az = "[]"}}}};
    config.routes = {{name_from_text("~").value(), "~"}, {name_from_text("a\\.b.\\000").value(), "-"}};
    config.clients = {{parse_prefix("::/0").value(), "-", ""},
                      {parse_prefix("0.0.0.0/0").value(), "", "true"},
                      {parse_prefix("192.0.2.1").value(), "~", "&x"}};
    config.steering = {
        .source_addresses = {parse_address("2001:db8::").value()}, .source_ports = {1'024, 65'535}, .timeout = 1'234ms};
    config.conntrack.notrack = false;
    config.acl.allow = {parse_prefix("::/0").value(), parse_prefix("0.0.0.0/0").value()};
    config.acl.action = AclAction::drop;
    config.cache = {.max_entries = 8,
                    .min_ttl = 7s,
                    .max_ttl = 61s,
                    .max_negative_ttl = 0s,
                    .failure_ttl = 300s,
                    .prefetch = false,
                    .stale = StalePolicy::off,
                    .stale_max_age = 1s,
                    .stale_ttl = 2s};
    config.edns = {.payload_size = 512, .cookies = CookiePolicy::pass};
    config.health = {.interval = 1234ms,
                     .timeout = 1s,
                     .fall = 1,
                     .rise = 7,
                     .name = name_from_text("null.a\\.b").value(),
                     .type = 65'280};
    config.rate_limit.per_client_qps = 1;
    config.metrics.listen = parse_socket_address("[::1]:80").value();
    config.metrics.top_names = 0;
    config.state.snapshot = "/a path/of: \"spite\"";
    config.state.on_stop = OnStop::keep;
    config.log.level = LogLevel::trace;
    return config;
}

TEST(ConfigPrint, ReadsBackAsTheSame) {
    Config without_lists = unusual_config();
    without_lists.acl.allow.clear();
    without_lists.listen.clear();
    without_lists.routes.clear();
    without_lists.clients.clear();
    without_lists.steering.source_addresses.clear();
    without_lists.metrics.listen.reset();
    without_lists.state.snapshot.clear();
    for (const Config &config : {Config{}, unusual_config(), without_lists}) {
        const std::string text = print_config(config);
        const auto again = parse_config(text, "printed");
        ASSERT_TRUE(again) << again.error().message << "\n" << text;
        EXPECT_EQ(*again, config) << text;
    }
}

TEST(ConfigPrint, IsTheShapeOfTheContract) {
    Config config;
    config.interfaces = {{"eth0"}};
    config.listen = {{parse_address("198.18.0.2").value()}};
    config.acl.allow = {parse_prefix("127.0.0.0/8").value()};
    config.az = "use1-az1";
    config.pools[0].upstreams.push_back(
        {.address = parse_address("198.18.1.11").value(), .az = "use1-az1", .max_qps = 1000});
    config.pools.push_back({"vpc", {{.address = parse_address("169.254.169.253").value()}}});
    config.routes = {{name_from_text("corp.example").value(), "vpc"}};
    config.clients = {{parse_prefix("198.18.9.0/24").value(), "", "mta"}};

    EXPECT_EQ(print_config(config), R"(interfaces:
  - {name: eth0, mode: auto}
az: use1-az1
listen:
  - {address: 198.18.0.2, pool: default, view: default}
pools:
  default:
    upstreams:
      - {address: local, weight: 100, max_qps: 0}
      - {address: 198.18.1.11, az: use1-az1, weight: 100, max_qps: 1000}
  vpc:
    upstreams:
      - {address: 169.254.169.253, weight: 100, max_qps: 0}
routes:
  - {zone: corp.example., pool: vpc}
clients:
  - {prefix: 198.18.9.0/24, view: mta}
acl:
  allow:
    - 127.0.0.0/8
  action: refuse
cache:
  max_entries: 1000000
  min_ttl: 0
  max_ttl: 86400
  max_negative_ttl: 3600
  failure_ttl: 5
  prefetch: true
  stale: on-failure
  stale_max_age: 86400
  stale_ttl: 30
edns:
  payload_size: 1232
  cookies: ignore
steering:
  source_addresses: []
  source_ports: 20000-24095
  timeout: 5s
health:
  interval: 1s
  timeout: 500ms
  fall: 3
  rise: 2
  name: .
  type: NS
conntrack:
  notrack: true
rate_limit:
  per_client_qps: 0
metrics:
  listen: 127.0.0.1:9153
  top_names: 20
state:
  snapshot: /var/lib/dns-fastpath/cache.snapshot
  on_stop: detach
log:
  level: info
)");
}

TEST(ConfigDiff, OfEqualConfigsIsEmpty) {
    EXPECT_TRUE(diff(unusual_config(), unusual_config()).empty());
}

TEST(ConfigDiff, NamesKeyValuesAndWhetherAReloadIsEnough) {
    Config now;
    now.interfaces = {{"eth0", InterfaceMode::native}};
    now.cache.max_ttl = 60s;
    now.metrics.listen.reset();

    EXPECT_EQ(diff(Config{}, now), (std::vector<ConfigChange>{
                                       {"interfaces", "+{name: eth0, mode: native}", false},
                                       {"cache.max_ttl", "86400 -> 60", true},
                                       {"metrics.listen", "127.0.0.1:9153 -> \"\"", false},
                                   }));
}

TEST(ConfigDiff, OfListsIsWhatLeavesAndWhatIsNew) {
    const Config old = parse_config("pools:\n"
                                    "  default: {upstreams: [{address: 198.18.1.11}, {address: 198.18.2.11}]}\n"
                                    "  same: {upstreams: [{address: local}]}\n"
                                    "  gone: {upstreams: [{address: local}]}\n"
                                    "routes: [{zone: a, pool: default}, {zone: b, pool: same}, {zone: c, pool: same}]\n"
                                    "acl: {allow: [10.0.0.0/8, 192.0.2.0/24]}",
                                    "f.yaml")
                           .value();
    const Config now =
        parse_config("pools:\n"
                     "  new: {upstreams: [{address: 198.18.3.11}]}\n"
                     "  default: {upstreams: [{address: 198.18.1.11, weight: 5}, {address: 198.18.2.11}]}\n"
                     "  same: {upstreams: [{address: local}]}\n"
                     "routes: [{zone: c, pool: same}, {zone: a, pool: new}]\n"
                     "acl: {allow: [192.0.2.0/24, 10.0.0.0/8]}",
                     "f.yaml")
            .value();

    EXPECT_EQ(
        diff(old, now),
        (std::vector<ConfigChange>{
            {"pools.default.upstreams",
             "-{address: 198.18.1.11, weight: 100, max_qps: 0} +{address: 198.18.1.11, weight: 5, max_qps: 0}", true},
            {"pools.gone.upstreams", "-{address: local, weight: 100, max_qps: 0}", true},
            {"pools.new.upstreams", "+{address: 198.18.3.11, weight: 100, max_qps: 0}", true},
            {"routes", "-{zone: a., pool: default} -{zone: b., pool: same} +{zone: a., pool: new}", true},
            {"acl.allow", "another order", true},
        }));
}

TEST(ConfigDiff, OfLongListsStaysALine) {
    Config now;
    for (uint8_t i = 0; i < 12; ++i) {
        now.acl.allow.push_back({IpAddress::from_ipv4({192, 0, 2, i}), 128});
    }
    EXPECT_EQ(diff(Config{}, now).at(0).text,
              "+192.0.2.0/32 +192.0.2.1/32 +192.0.2.2/32 +192.0.2.3/32 +192.0.2.4/32 +192.0.2.5/32 +192.0.2.6/32 "
              "+192.0.2.7/32 +192.0.2.8/32 +192.0.2.9/32 and 2 more");
}

TEST(ConfigDiff, SeesEveryKey) {
    std::set<std::string> changed;
    for (const ConfigChange &change : diff(Config{}, unusual_config())) {
        changed.insert(change.key.starts_with("pools.") ? "pools" : change.key);
    }
    std::set<std::string> all;
    for (const Key &key : config_keys()) {
        all.emplace(key.path);
    }
    EXPECT_EQ(changed, all);
}

// No key is listed by hand in the code or here, so that one that is added to the table is neither forgotten nor half applied.
TEST(ConfigReload, AppliesWhatItCanAndKeepsTheRest) {
    const Config running;
    const Config next = unusual_config();
    const Config after = after_reload(running, next);

    for (const Key &key : config_keys()) {
        const Config &expected = key.on_reload == OnReload::applied ? next : running;
        EXPECT_EQ(value_text(key, after), value_text(key, expected)) << key.path;
    }
    EXPECT_NE(after, next) << "no key needs a restart, and this test proves nothing";
}

TEST(ConfigReference, IsUpToDate) {
    const std::string file = source_dir + "/userspace/config/REFERENCE.md";
    if (std::getenv("UPDATE_REFERENCE") != nullptr) {
        ASSERT_TRUE(std::ofstream(file) << render_reference()) << file;
    }
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();

    EXPECT_EQ(text.str(), render_reference()) << "make it anew: see userspace/config/README.md";
}

TEST(ConfigReference, IsATableThatNoCellBreaks) {
    std::istringstream lines(render_reference());
    std::size_t rows = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("| `")) {
            ++rows;
            EXPECT_EQ(std::count(line.begin(), line.end(), '|'), 6) << line;
        }
    }
    EXPECT_EQ(rows, config_keys().size());
}

TEST(ConfigExample, HasEveryKeyWithItsDefault) {
    const std::string file = source_dir + "/userspace/packaging/dns-fastpath.yaml";
    const auto config = load_config(file);
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(*config, Config());

    const YAML::Node root = YAML::LoadFile(file);
    for (const Key &key : config_keys()) {
        const std::string section(section_of(key.path));
        const YAML::Node map = section.empty() ? root : root[section];
        EXPECT_TRUE(map[std::string(name_of(key.path))].IsDefined()) << key.path;
    }
}

} // namespace
} // namespace fastpath
