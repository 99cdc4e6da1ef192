// SPDX-License-Identifier: Apache-2.0
// The table of keys: see keys.h. A default is the initialiser in config.h and is not repeated here.
#include "config/keys.h"

#include "config/codecs.h"
#include "config/pool_codecs.h"

#include <dns_fastpath/cache.h>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/steer.h>

namespace fastpath {

using namespace std::chrono_literals;

namespace {

// What the maps of bpf/maps.h hold: `attachments`, and, twice during a reload, `listeners`, `routes`, and `clients`, where the
// rows of acl.allow, of `clients` and of the upstreams are together.
constexpr std::size_t most_interfaces = 256;
constexpr std::size_t most_listeners = 4'096;
constexpr std::size_t most_routes = 32'000;
constexpr std::size_t most_prefixes = 32'000;
constexpr std::size_t most_clients = 16'000;
constexpr std::size_t most_sources = std::size_t{2} * FP_SOURCES_MAX; // of both families; of one: contradiction.cpp

// An answer is believed for its port and id among others: with 64 ports and 65536 ids there are 2^22 to guess from. The ports
// below 1024 are those of services.
constexpr PortRangeCodec source_ports{.lowest = 1'024, .fewest = 64};

// From one bucket of the index to what fits in memory chunks if every answer is of the largest class.
constexpr IntegerRange entries_range{FP_BUCKET_WAYS, std::uint64_t{FP_CHUNKS_MAX} * FP_CHUNK_SLOTS_large};

constexpr std::uint64_t largest_payload = 4'096; // what resolvers offer at most; beyond it fragments are certain

#define FP_FIELD(member)         \
    [](auto &config) -> auto & { \
        return config.member;    \
    }

std::vector<Key> make_table() {
    return {
        {"interfaces", OnReload::needs_restart,
         make_value(ListCodec<InterfaceCodec>{{}, most_interfaces}, FP_FIELD(interfaces)),
         "The interfaces that clients come in by; required, here or with --interface. Mode auto is native XDP, or "
         "generic XDP with a warning where the driver has no native one."},
        {"az", OnReload::applied, make_value(LabelCodec{.may_be_empty = true}, FP_FIELD(az)),
         "The availability zone that this host is in. Upstreams of the same `az`, and `local`, come before the others."},
        {"listen", OnReload::applied, make_value(ListCodec<ListenCodec>{{}, most_listeners}, FP_FIELD(listen)),
         "The addresses that clients ask. An empty list means every address of the interfaces, and follows them. Misses go "
         "to `pool`; cached answers are shared within a `view`; both are \"default\" where nothing is said."},
        {"pools", OnReload::applied, make_value(PoolsCodec{}, FP_FIELD(pools)),
         "Who resolves what is not cached. `local` is the resolver on this host. By `weight` the names are shared out among "
         "the upstreams of one availability zone; what is beyond `max_qps` goes to the next one (0 = no limit). "
         "A pool \"default\" that is not listed is there all the same, and is the resolver on this host."},
        {"routes", OnReload::applied, make_value(ListCodec<RouteCodec>{{}, most_routes}, FP_FIELD(routes)),
         "Names at and below a zone go to this pool, whoever asks. The longest zone wins."},
        {"clients", OnReload::applied, make_value(ListCodec<ClientCodec>{{}, most_clients}, FP_FIELD(clients)),
         "Pool and view of clients, for names that no route claims, in place of those of the address that they ask. The longest "
         "prefix wins. Who is served is a matter of acl.allow."},

        {"acl.allow", OnReload::applied, make_value(ListCodec<PrefixCodec>{{}, most_prefixes}, FP_FIELD(acl.allow)),
         "The clients that are served. An empty list allows nobody; ::/0 allows IPv6 only, 0.0.0.0/0 IPv4 only."},
        {"acl.action", OnReload::applied, make_value(ChoiceCodec<AclAction>{}, FP_FIELD(acl.action)),
         "What other clients get: the answer REFUSED, nothing, or whatever the resolver says."},

        {"cache.max_entries", OnReload::needs_restart,
         make_value(IntegerCodec<std::uint32_t>{entries_range}, FP_FIELD(cache.max_entries)),
         "Answers that the cache holds; the coldest make room for new ones."},
        {"cache.min_ttl", OnReload::applied, make_value(TtlCodec{0s, 24h}, FP_FIELD(cache.min_ttl)),
         "Lower TTLs of positive answers are raised to it, but for 0, which is never cached. Above 0, data outlives what its "
         "owner allows. Not above max_ttl."},
        {"cache.max_ttl", OnReload::applied, make_value(TtlCodec{1s, 7 * 24h}, FP_FIELD(cache.max_ttl)),
         "Higher TTLs are lowered to it, in negative answers too."},
        {"cache.max_negative_ttl", OnReload::applied, make_value(TtlCodec{0s, 24h}, FP_FIELD(cache.max_negative_ttl)),
         "How long NXDOMAIN and NODATA are kept at most (RFC 2308 5); 0 = never."},
        {"cache.failure_ttl", OnReload::applied, make_value(TtlCodec{0s, 5min}, FP_FIELD(cache.failure_ttl)),
         "How long SERVFAIL is kept (RFC 2308 7, RFC 9520 3.2); 0 = never."},

        {"cache.prefetch", OnReload::applied, make_value(BoolCodec{}, FP_FIELD(cache.prefetch)),
         "Asks the resolver anew when an answer is given in the last tenth of its life, so that names in use do not miss. "
         "Until the new answer is there, the old one is given for up to 3 s beyond its life, with TTL 0."},
        {"cache.stale", OnReload::applied, make_value(ChoiceCodec<StalePolicy>{}, FP_FIELD(cache.stale)),
         "Answers past their TTL (RFC 8767): on-failure gives them while the resolver does not answer or answers SERVFAIL, "
         "always at once, with a refresh on the way."},
        {"cache.stale_max_age", OnReload::applied, make_value(TtlCodec{1s, 3 * 24h}, FP_FIELD(cache.stale_max_age)),
         "How long past its TTL an answer may be given; so long it stays in the cache (RFC 8767 5)."},
        {"cache.stale_ttl", OnReload::applied, make_value(TtlCodec{1s, 1h}, FP_FIELD(cache.stale_ttl)),
         "The TTL that is given in a stale answer (RFC 8767 4)."},

        {"edns.payload_size", OnReload::applied,
         make_value(IntegerCodec<std::uint16_t>{{FP_DNS_UDP_MIN, largest_payload}}, FP_FIELD(edns.payload_size)),
         "Octets of the largest answer that is sent over UDP, and what our OPT record offers. Answers with more than 1232 "
         "octets of records are left to the resolver in any case."},
        {"edns.cookies", OnReload::applied, make_value(ChoiceCodec<CookiePolicy>{}, FP_FIELD(edns.cookies)),
         "Queries with a DNS cookie (RFC 7873): ignore the cookie, right where the resolver sends none, or pass them to the "
         "resolver."},

        {"steering.source_addresses", OnReload::applied,
         make_value(ListCodec<HostAddressCodec>{{}, most_sources}, FP_FIELD(steering.source_addresses)),
         "The addresses of this host that upstreams are asked from, up to 16 of a family. An empty list means those of the "
         "interface that a query leaves by."},
        {"steering.source_ports", OnReload::applied, make_value(source_ports, FP_FIELD(steering.source_ports)),
         "The ports that upstreams are asked from. Keep them out of net.ipv4.ip_local_port_range, or in "
         "net.ipv4.ip_local_reserved_ports: an answer from port 53 to one of them that no client waits for is dropped."},
        {"steering.timeout", OnReload::applied, make_value(DurationCodec{100ms, 1min}, FP_FIELD(steering.timeout)),
         "How long an upstream's answer is waited for; later ones are dropped."},

        {"health.interval", OnReload::applied, make_value(DurationCodec{100ms, 1h}, FP_FIELD(health.interval)),
         "Time from one probe of a resolver to the next: of that on this host, and of each upstream."},
        {"health.timeout", OnReload::applied, make_value(DurationCodec{10ms, 1min}, FP_FIELD(health.timeout)),
         "How long a probe waits for its answer. Not above the interval."},
        {"health.fall", OnReload::applied, make_value(IntegerCodec<std::uint32_t>{{1, 100}}, FP_FIELD(health.fall)),
         "So many failed probes in a row mean that it is down."},
        {"health.rise", OnReload::applied, make_value(IntegerCodec<std::uint32_t>{{1, 100}}, FP_FIELD(health.rise)),
         "So many answered probes in a row mean that it is up again."},
        {"health.name", OnReload::applied, make_value(NameCodec{}, FP_FIELD(health.name)),
         "The name that a probe asks for; whatever is answered counts."},
        {"health.type", OnReload::applied, make_value(TypeCodec{}, FP_FIELD(health.type)),
         "The record type that a probe asks for."},

        {"conntrack.notrack", OnReload::applied, make_value(BoolCodec{}, FP_FIELD(conntrack.notrack)),
         "Keeps DNS to and from the resolver on this host out of connection tracking, by a table of nftables of our own."},

        {"rate_limit.per_client_qps", OnReload::applied,
         make_value(IntegerCodec<std::uint32_t>{{0, 1'000'000}}, FP_FIELD(rate_limit.per_client_qps)),
         "UDP queries that a client (an IPv4 address, an IPv6 /64) may send in a second; more are dropped. Upstreams and this "
         "host itself are not limited. 0 = no limit."},

        {"metrics.listen", OnReload::needs_restart, make_value(OptionalSocketAddressCodec{}, FP_FIELD(metrics.listen)),
         "Where Prometheus finds /metrics, and people a status page at /; /healthz and /readyz are beside them."},
        {"metrics.top_names", OnReload::applied,
         make_value(IntegerCodec<std::uint32_t>{{0, 1'000}}, FP_FIELD(metrics.top_names)),
         "How many of the names asked most are exported as metrics; 0 = none."},

        {"state.snapshot", OnReload::applied, make_value(PathCodec{}, FP_FIELD(state.snapshot)),
         "The file that keeps the cache over a reboot, written at a stop and from time to time."},
        {"state.on_stop", OnReload::applied, make_value(ChoiceCodec<OnStop>{}, FP_FIELD(state.on_stop)),
         "What a clean stop does: detach the programs, or keep them answering until the next start."},

        {"log.level", OnReload::applied, make_value(ChoiceCodec<LogLevel>{}, FP_FIELD(log.level)),
         "The least serious messages that are logged; --log-level overrides it."},
    };
}
static_assert(FP_BODY_MAX == 1232, "the help of edns.payload_size says so");
static_assert(FP_SOURCES_MAX == 16, "the help of steering.source_addresses says so");

#undef FP_FIELD

} // namespace

const std::vector<Key> &config_keys() {
    static const std::vector<Key> table = make_table();
    return table;
}

std::string_view section_of(std::string_view path) {
    const std::size_t dot = path.find('.');
    return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

std::string_view name_of(std::string_view path) {
    return path.substr(path.find('.') + 1); // npos + 1 is 0
}

std::string node_text(const YAML::Node &node) {
    YAML::Emitter emitter;
    emitter.SetSeqFormat(YAML::Flow);
    emitter.SetMapFormat(YAML::Flow);
    emitter << node;
    return emitter.c_str();
}

std::string value_text(const Key &key, const Config &config) {
    return node_text(key.value.write(config));
}

} // namespace fastpath
