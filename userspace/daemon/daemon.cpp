// SPDX-License-Identifier: Apache-2.0
#include "daemon/daemon.h"

#include "bpf/counter_map.h"
#include "config/acl.h"
#include "config/diff.h"
#include "conntrack/notrack_rules.h"
#include "daemon/log.h"
#include "daemon/settings.h"
#include "doctor/firewall.h"
#include "doctor/host_facts.h"
#include "metrics/endpoints.h"
#include "status/status_pages.h"
#include "util/clock.h"
#include "version.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <csignal>
#include <cstring>
#include <net/if.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

namespace fastpath {

namespace {

using namespace std::chrono_literals;

// The dead are found within this many ticks; each tick looks at one share of the index.
constexpr uint32_t ticks_per_sweep = 16;

AttachMode attach_mode(InterfaceMode mode) {
    switch (mode) {
    case InterfaceMode::native:
        return AttachMode::native;
    case InterfaceMode::generic:
        return AttachMode::generic;
    case InterfaceMode::automatic:
        break;
    }
    return AttachMode::automatic;
}

// Not known where the ruleset cannot be read.
std::optional<std::string> hindrance_of_notrack() {
    const Result<doctor::NftRuleset> ruleset = doctor::read_nft_ruleset();
    return ruleset ? doctor::hindrance_of_notrack(*ruleset) : std::nullopt;
}

void warn_without_address(const std::set<IpAddress> &addresses) {
    if (addresses.empty()) {
        spdlog::warn("the interfaces have no address: nothing is answered until one is added");
    }
}

} // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(Config config, Options options) {
    Result<PinDirectory> pins = PinDirectory::acquire(options.pins);
    if (!pins) {
        return tl::unexpected(pins.error());
    }
    const Result<std::optional<fp_meta>> earlier = pins->read_meta();
    if (!earlier) {
        return tl::unexpected(earlier.error()); // of another version: not ours to touch
    }
    if (!*earlier) {
        if (const Result<> cleared = pins->clear(); !cleared) {
            return tl::unexpected(cleared.error());
        }
    }
    std::unique_ptr<Daemon> daemon(new Daemon(std::move(config), std::move(options), std::move(*pins)));
    if (const Result<> started = daemon->start_parts(*earlier); !started) {
        daemon->undo();
        return tl::unexpected(started.error());
    }
    return daemon;
}

// In this order: first all that can fail without a trace, last what clients notice. Where programs of an earlier daemon are
// serving, they get the new config only when the new programs are in place; where none are, the config comes first.
Result<> Daemon::start_parts(const std::optional<fp_meta> &earlier) {
    took_over_ = earlier.has_value();
    Result<> done = load_programs(earlier);
    done = done ? open_cache() : done;
    done = done ? open_rings() : done;
    done = done ? start_steering() : done;
    done = done ? watch_resolver() : done;
    done = done ? watch_events() : done;
    if (done && !took_over_) {
        announce();
        done = write_config_maps();
    }
    done = done ? attach() : done;
    if (done && took_over_) {
        announce();
        done = write_config_maps();
    }
    if (done) {
        start_metrics();
        explain_->begin();
    }
    if (done && !took_over_) {
        snapshots_->load();
    }
    return done;
}

// What an earlier daemon pinned is used again: its cache, and the hash key that the cache was filled with.
Result<> Daemon::load_programs(const std::optional<fp_meta> &earlier) {
    Programs::Options options = {
        .pin_directory = pins_.path(), .bucket_count = bucket_count_for(config_.cache.max_entries), .hash_key = {}};
    if (earlier) {
        std::copy(std::begin(earlier->hash_key), std::end(earlier->hash_key), options.hash_key.begin());
        if (earlier->bucket_mask + 1 != options.bucket_count) {
            spdlog::warn(
                "cache.max_entries was {} and is {}: the index of the cache keeps its size until the pins are removed "
                "(dns-fastpathctl detach)",
                earlier->max_entries, config_.cache.max_entries);
            options.bucket_count = earlier->bucket_mask + 1;
        }
    } else if (const Result<HashKey> key = new_hash_key(); key) {
        options.hash_key = *key;
    } else {
        return tl::unexpected(key.error());
    }

    Result<Programs> programs = Programs::load(options);
    if (!programs) {
        return tl::unexpected(programs.error());
    }
    programs_ = std::move(*programs);
    attachments_.emplace(pins_, programs_->map("attachments"));
    Result<std::unique_ptr<ExplainOffer>> explain = ExplainOffer::create(*programs_, pins_);
    if (!explain) {
        return tl::unexpected(explain.error());
    }
    explain_ = std::move(*explain);

    Result<MappedMemory> meta = MappedMemory::of_map(programs_->map("meta"), sizeof(fp_meta), "meta");
    if (!meta) {
        return tl::unexpected(meta.error());
    }
    meta_memory_ = std::move(*meta);
    meta_ = reinterpret_cast<fp_meta *>(meta_memory_.data());
    Result<MappedMemory> reload = MappedMemory::of_map(programs_->map("reload"), sizeof(fp_reload), "reload");
    if (!reload) {
        return tl::unexpected(reload.error());
    }
    reload_memory_ = std::move(*reload);
    if (!earlier) {
        meta_->bucket_mask = options.bucket_count - 1;
        std::copy(options.hash_key.begin(), options.hash_key.end(), std::begin(meta_->hash_key));
        meta_->abi_version = FP_ABI_VERSION; // last: before it the pins are nobody's
    }
    return {};
}

// Whose pins they are now.
void Daemon::announce() {
    meta_->daemon_pid = static_cast<uint32_t>(::getpid());
    meta_->started_ns = monotonic_ns();
    meta_->heartbeat_ns = meta_->started_ns;
    meta_->max_entries = config_.cache.max_entries;
    std::strncpy(meta_->daemon_version, version, sizeof(meta_->daemon_version) - 1);
    publish_counters();
}

Result<> Daemon::open_cache() {
    Result<AnswerMaps> maps = AnswerMaps::open(programs_->answer_maps());
    if (!maps) {
        return tl::unexpected(maps.error());
    }
    Result<MappedMemory> counters =
        MappedMemory::of_map(programs_->map("cache_counters"), sizeof(fp_cache_counters), "cache_counters");
    if (!counters) {
        return tl::unexpected(counters.error());
    }
    counters_memory_ = std::move(*counters);
    counters_ = reinterpret_cast<fp_cache_counters *>(counters_memory_.data());
    counters_before_ = *counters_;
    answers_ = std::move(*maps);
    table_.emplace(*answers_, config_.cache.max_entries);
    if (took_over_) {
        spdlog::info("took over {} cached answers from an earlier daemon", table_->entries());
    }
    filler_.emplace(*table_, cache_policy(config_), *counters_, *meta_);
    Result<std::unique_ptr<Snapshots>> snapshots = Snapshots::create(*programs_, *table_, *meta_, pins_.path());
    if (!snapshots) {
        return tl::unexpected(snapshots.error());
    }
    snapshots_ = std::move(*snapshots);
    apply_cache_settings();
    return {};
}

void Daemon::apply_cache_settings() {
    table_->set_stale_max_age(stale_max_age(config_));
    filler_->set_policy(cache_policy(config_));
    filler_->expect_no_cookies(config_.edns.cookies == CookiePolicy::ignore);
    snapshots_->configure(
        {.file = config_.state.snapshot, .policy = cache_policy(config_), .stale_max_age = stale_max_age(config_)});
}

Result<> Daemon::open_rings() {
    Result<std::unique_ptr<RingReader>> learned = RingReader::open(
        programs_->map("learned"), "learned", [this](std::span<const std::byte> record) { filler_->fill(record); });
    if (!learned) {
        return tl::unexpected(learned.error());
    }
    Result<std::unique_ptr<RingReader>> refreshes =
        RingReader::open(programs_->map("refreshes"), "refreshes",
                         [this](std::span<const std::byte> record) { refresher_->want(record); });
    if (!refreshes) {
        return tl::unexpected(refreshes.error());
    }
    Result<SampleMap> samples = SampleMap::open(programs_->map("samples"), programs_->map("sampled"));
    if (!samples) {
        return tl::unexpected(samples.error());
    }
    learned_ = std::move(*learned);
    refreshes_ = std::move(*refreshes);
    samples_ = std::move(*samples);
    return {};
}

Result<> Daemon::start_steering() {
    if (Result<Notrack> notrack = Notrack::create(notrack_table(pins_.path()), hindrance_of_notrack); notrack) {
        notrack_ = std::move(*notrack);
    } else if (config_.conntrack.notrack) {
        spdlog::warn("{}", notrack.error().message);
    }
    const Result<std::set<IpAddress>> addresses = listen_addresses(config_);
    if (!addresses) {
        return tl::unexpected(addresses.error());
    }
    keep_untracked(*addresses); // before the first query of our own
    Result<std::unique_ptr<Steering>> steering =
        Steering::create(*programs_, *answers_, [this] { refresher_->start_over(); });
    if (!steering) {
        return tl::unexpected(steering.error());
    }
    steering_ = std::move(*steering);
    if (monotonic_ns() > meta_->heartbeat_ns + FP_HEARTBEAT_MAX_AGE_NS) {
        steering_->doubt_states();
    }
    return {};
}

// Probes, and the refreshes that depend on them.
Result<> Daemon::watch_resolver() {
    Result<std::unique_ptr<Refresher>> refresher = Refresher::create(
        *table_, *filler_, *counters_, [this](uint16_t pool) { return steering_->pool_name(pool); },
        [this](std::span<const uint8_t> name, const Asker &asker) { return server_for(name, asker); });
    if (!refresher) {
        return tl::unexpected(refresher.error());
    }
    refresher_ = std::move(*refresher);
    const Result<std::set<IpAddress>> addresses = listen_addresses(config_);
    if (!addresses) {
        return tl::unexpected(addresses.error());
    }
    Result<std::unique_ptr<ResolverWatch>> watch =
        ResolverWatch::create(programs_->map("resolver"), config_, *addresses, [this](HealthState state) {
            steering_->set_local_state(state);
            state == HealthState::recovering ? refresher_->start_over() : refresher_->run();
        });
    if (!watch) {
        return tl::unexpected(watch.error());
    }
    resolver_ = std::move(*watch);
    return {};
}

Result<> Daemon::write_config_maps() {
    const Result<std::set<IpAddress>> addresses = listen_addresses(config_);
    if (!addresses) {
        return tl::unexpected(addresses.error());
    }
    if (Result<> applied = steering_->apply(config_, *addresses, settings_of(config_)); !applied) {
        return applied;
    }
    resolver_->configure(config_, *addresses);
    keep_untracked(*addresses);
    warn_without_address(*addresses);
    warn_about_clients(*addresses);
    if (*addresses != answered_on_) {
        for (const IpAddress &address : *addresses) {
            spdlog::info("answering on {} port 53", to_string(address));
        }
        answered_on_ = *addresses;
    }
    return {};
}

// A host without nftables, or whose firewall cannot be changed, is served all the same.
void Daemon::keep_untracked(const std::set<IpAddress> &addresses) {
    meta_->notrack = config_.conntrack.notrack ? 1 : 0;
    if (!notrack_) {
        return;
    }
    is_untracked_ = true; // or was, by an earlier daemon
    const Result<> done = config_.conntrack.notrack ? notrack_->set_addresses(addresses) : notrack_->remove();
    if (!done) {
        spdlog::warn("{}", done.error().message);
    }
}

// Where a query of our own is to go: where a miss of a client would.
std::optional<SocketAddress> Daemon::server_for(std::span<const uint8_t> name, const Asker &asker) const {
    const std::optional<Target> target = steering_->target_of(name, asker.pool, asker.is_ipv6);
    if (!target) {
        return std::nullopt;
    }
    if (target->upstream) {
        return SocketAddress{*target->upstream, FP_DNS_PORT};
    }
    return resolver_ ? resolver_->address() : std::nullopt;
}

// A config that turns away the neighbours of this host is allowed, but seldom meant.
void Daemon::warn_about_clients(const std::set<IpAddress> &addresses) const {
    if (config_.acl.action == AclAction::pass) {
        return;
    }
    const char *const fate = config_.acl.action == AclAction::drop ? "dropped" : "answered REFUSED";
    spdlog::info("UDP queries of clients outside acl.allow ({} prefixes) are {}, whatever the resolver allows",
                 config_.acl.allow.size(), fate);
    for (const IpAddress &address : addresses) {
        if (!address.is_link_local() && !is_allowed(config_.acl, address)) {
            spdlog::warn("{} itself is outside acl.allow: are its clients in it?", to_string(address));
        }
    }
}

void Daemon::detach_where(const std::function<bool(const Attached &)> &unwanted) {
    for (const Attached &old : attachments_->list()) {
        if (!unwanted(old)) {
            continue;
        }
        if (const Result<> detached = attachments_->detach(old); !detached) {
            spdlog::warn("{}", detached.error().message);
        }
    }
}

// All that needs no packet is ready by now: from the first one on, answers are given and learned.
Result<> Daemon::attach() {
    detach_where([](const Attached &old) { return !old.live; });
    for (const InterfaceConfig &interface : config_.interfaces) {
        const Result<Attached> attached = attachments_->attach(interface.name, attach_mode(interface.mode),
                                                               {programs_->fastpath(), programs_->learn()});
        if (!attached) {
            return tl::unexpected(attached.error());
        }
        spdlog::info("{}: attached in {} mode", interface.name,
                     attached->record.mode == FP_ATTACH_NATIVE ? "native" : "generic");
    }
    // Last, because up to here a start can fail, and then all is as it was.
    detach_where([this](const Attached &old) {
        return std::none_of(config_.interfaces.begin(), config_.interfaces.end(),
                            [&](const InterfaceConfig &i) { return i.name == old.record.interface; });
    });
    return {};
}

void Daemon::start_metrics() {
    top_names_ = config_.metrics.top_names;
    const Sources sources = {*programs_, *attachments_, *samples_, top_names_};
    std::map<std::string, HttpServer::Handler> pages = metrics_endpoints(sources);
    pages.merge(status_pages(sources, history_, options_.events));
    metrics_.emplace(config_.metrics.listen, std::move(pages));
    metrics_->tick(monotonic_ns());
}

Result<> Daemon::watch_events() {
    Result<EventLoop> loop = EventLoop::create();
    if (!loop) {
        return tl::unexpected(loop.error());
    }
    loop_ = std::move(*loop);
    Result<AddressWatch> watch = AddressWatch::create();
    if (!watch) {
        return tl::unexpected(watch.error());
    }
    address_watch_ = std::move(*watch);

    Result<> added = loop_->on_readable(learned_->poll_fd(), [this] {
        learned_->consume();
        publish_counters();
    });
    added = added ? loop_->on_readable(refreshes_->poll_fd(),
                                       [this] {
                                           refreshes_->consume();
                                           refresher_->run();
                                       })
                  : added;
    added = added ? resolver_->join(*loop_) : added;
    added = added ? refresher_->join(*loop_) : added;
    added = added ? steering_->join(*loop_) : added;
    added = added ? snapshots_->join(*loop_) : added;
    added = added ? explain_->join(*loop_) : added;
    added = added && notrack_ ? loop_->on_readable(notrack_->fd(), [this] { notrack_->keep_in_place(monotonic_ns()); })
                              : added;
    added = added ? loop_->on_readable(address_watch_->fd(), [this] { follow_interfaces(); }) : added;
    added = added ? loop_->every(1s, [this] { tick(); }) : added;
    added = added ? loop_->on_signal(SIGHUP, [this] { reload(); }) : added;
    added = added ? loop_->on_signal(SIGUSR1, [this] { stop(OnStop::keep); }) : added; // a successor is about to start
    const auto save_and_stop = [this] { snapshots_->save_before_stop([this] { stop(config_.state.on_stop); }); };
    added = added ? loop_->on_signal(SIGTERM, save_and_stop) : added;
    return added ? loop_->on_signal(SIGINT, save_and_stop) : added;
}

// Addresses come and go; an interface that was deleted and made again has lost its programs.
void Daemon::follow_interfaces() {
    address_watch_->drain();
    const Result<std::set<IpAddress>> addresses = listen_addresses(config_);
    if (!addresses) {
        spdlog::error("{}", addresses.error().message);
    } else if (*addresses != answered_on_) {
        const auto missing_in = [](const std::set<IpAddress> &there) {
            return [&there](const IpAddress &address) { return !there.contains(address); };
        };
        const auto added = std::count_if(addresses->begin(), addresses->end(), missing_in(answered_on_));
        const auto removed = std::count_if(answered_on_.begin(), answered_on_.end(), missing_in(*addresses));
        resolver_->configure(config_, *addresses); // first: its probes should not wait for the rest
        if (const Result<> written = write_config_maps(); !written) {
            spdlog::error("{}", written.error().message);
        } else {
            spdlog::info("addresses have changed: {} added, {} removed", added, removed);
        }
    } else {
        steering_->follow_interfaces(config_);
    }
    for (const Attached &old : attachments_->list()) {
        if (!old.live && ::if_nametoindex(old.record.interface) != 0) {
            attach_again(old);
        }
    }
}

void Daemon::attach_again(const Attached &old) {
    const std::string name = old.record.interface;
    const auto interface = std::find_if(config_.interfaces.begin(), config_.interfaces.end(),
                                        [&](const InterfaceConfig &i) { return i.name == name; });
    if (interface == config_.interfaces.end()) {
        return;
    }
    attachments_->detach(old);
    const Result<Attached> attached =
        attachments_->attach(name, attach_mode(interface->mode), {programs_->fastpath(), programs_->learn()});
    if (attached) {
        spdlog::info("{}: its programs were gone, attached again", name);
        steering_->follow_interfaces(config_);
    } else {
        spdlog::error("{}; its queries go to the resolver until the daemon is started again", attached.error().message);
    }
}

void Daemon::tick() {
    const uint64_t now = monotonic_ns();
    table_->sweep(now, 1 + static_cast<uint32_t>(answers_->buckets().size()) / ticks_per_sweep);
    table_->reclaim();
    publish_counters();
    meta_->heartbeat_ns = now;
    record_history(now);
    snapshots_->tick(now);
    metrics_->tick(now);
    if (notrack_) {
        notrack_->keep_in_place(now);
    }
    notify_status();
}

// For the status page. What cannot be read leaves a gap in its chart.
void Daemon::record_history(uint64_t now_ns) {
    constexpr uint64_t nics_interval_ns = 10 * FP_NSEC_PER_SEC; // some drivers ask the card
    if (!config_.metrics.listen) {
        return;
    }
    const Result<fp_counters> counters = read_counters(programs_->map("counters"));
    const Result<std::vector<Upstream>> upstreams =
        read_upstreams(programs_->map("upstreams"), programs_->map("upstream_counters"));
    if (counters && upstreams) {
        history_.record(moment_of(*counters, *upstreams, now_ns));
    }
    if (now_ns >= nics_read_ns_ + nics_interval_ns) {
        nics_read_ns_ = now_ns;
        history_.record(read_nic_counters(attachments_->list()));
    }
}

void Daemon::publish_counters() {
    const AnswerTable::Counters &now = table_->counters();
    counters_->fills = counters_before_.fills + now.fills;
    counters_->evictions = counters_before_.evictions + now.evictions;
    counters_->expirations = counters_before_.expirations + now.expirations;
    meta_->entries = table_->entries();
    meta_->memory_bytes = table_->memory_bytes();
}

void Daemon::notify_status() {
    sd_notifyf(0, "STATUS=%u answers cached, %u interface(s)%s", table_->entries(),
               static_cast<unsigned>(config_.interfaces.size()),
               metrics_->is_missing() ? ", no metrics: their address is taken" : "");
}

// Who asked for it by `dns-fastpathctl reload` waits for the record.
void Daemon::reload() {
    const uint64_t began_ns = monotonic_ns();
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", static_cast<unsigned long long>(began_ns / 1000));
    ReloadRecord record = read_and_apply();
    record.began_ns = began_ns;
    write_reload(*reinterpret_cast<fp_reload *>(reload_memory_.data()), record);
    sd_notify(0, "READY=1");
}

// The new config as a whole, or the old one as a whole.
ReloadRecord Daemon::read_and_apply() {
    Result<Config> next = options_.read_config();
    if (!next) {
        spdlog::error("reload refused, the old config stays: {}", next.error().message);
        return {.outcome = FP_RELOAD_REFUSED, .reason = next.error().message};
    }
    ReloadRecord record;
    for (const ConfigChange &change : diff(config_, *next)) {
        spdlog::log(change.reloadable ? spdlog::level::info : spdlog::level::warn, "reload: {}: {}{}", change.key,
                    change.text, change.reloadable ? "" : " (takes effect with the next start)");
        record.changes.push_back({change.key + ": " + change.text, change.reloadable});
    }
    const Config old = std::exchange(config_, after_reload(config_, std::move(*next)));
    const Result<> written = write_config_maps();
    if (!written) {
        spdlog::error("reload failed, the old config stays: {}", written.error().message);
        config_ = old;
        record = {.outcome = FP_RELOAD_FAILED, .reason = written.error().message};
    }
    apply_cache_settings();
    top_names_ = config_.metrics.top_names;
    set_log_level(config_.log.level);
    if (written) {
        spdlog::info("reloaded: {} change(s)", record.changes.size());
    }
    return record;
}

void Daemon::stop(OnStop manner) {
    bool clean = true;
    sd_notify(0, "STOPPING=1");
    metrics_->stop(); // takes a second or two; the lock is held meanwhile, so that a successor waits for the address
    if (manner == OnStop::keep) {
        spdlog::info("stopping; the programs stay attached and go on answering");
    } else {
        for (const Attached &attached : attachments_->list()) {
            if (const Result<> detached = attachments_->detach(attached); !detached) {
                spdlog::error("{}", detached.error().message);
                clean = false;
            }
        }
        if (const Result<> removed = pins_.remove(); !removed) {
            spdlog::error("{}", removed.error().message);
            clean = false;
        }
        clean = leave_host() && clean;
        spdlog::info("detached; queries go to the resolver as before");
    }
    loop_->stop(clean ? 0 : 1);
}

// What was changed on this host beside the interfaces and the pins.
bool Daemon::leave_host() {
    if (steering_) {
        steering_->undo();
    }
    const Result<> removed = notrack_ && is_untracked_ ? notrack_->remove() : Result<>();
    if (!removed) {
        spdlog::error("{}", removed.error().message);
    }
    return removed.has_value();
}

// After a start that failed: a cache that was there before goes on being served by the programs that were.
void Daemon::undo() {
    if (took_over_) {
        return;
    }
    if (attachments_) {
        for (const Attached &attached : attachments_->list()) {
            attachments_->detach(attached);
        }
    }
    leave_host();
    pins_.remove();
}

Result<int> Daemon::run() {
    sd_notify(0, "READY=1");
    notify_status();
    spdlog::info("ready");
    return loop_->run();
}

} // namespace fastpath
