// SPDX-License-Identifier: Apache-2.0
#include "daemon/daemon.h"

#include "config/diff.h"
#include "daemon/log.h"
#include "util/clock.h"

#include <algorithm>
#include <csignal>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

namespace fastpath {

namespace {

using namespace std::chrono_literals;

// `part` becomes what was made, if it could be made.
template <class Part, class Made> Result<> keep(Part &part, Result<Made> made) {
    return std::move(made).map([&part](Made &&good) { part = std::move(good); });
}

// If it was not done, but what comes next has to be done all the same.
bool complain(const Result<> &done) {
    if (!done) {
        spdlog::error("{}", done.error().message);
    }
    return done.has_value();
}

} // namespace

// --- start ------------------------------------------------------------------------------------------------------------

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
    done = done ? make_parts() : done;
    done = done ? in_force_->start(config_) : done;
    done = done ? watch_events() : done;
    done = done && !took_over_ ? apply_first_config() : done;
    // All that needs no packet is ready by now: from the first one on, answers are given and learned.
    done = done ? interfaces_->attach(config_.interfaces) : done;
    done = done && took_over_ ? apply_first_config() : done;
    if (done) {
        monitoring_->start(config_, options_.events);
        explain_->begin();
    }
    if (done && !took_over_) {
        cache_->snapshots().load();
    }
    return done;
}

// What an earlier daemon pinned is used again: its cache, and the hash key that the cache was filled with.
Result<Programs::Options> Daemon::load_options(const std::optional<fp_meta> &earlier) const {
    Programs::Options options = {
        .pin_directory = pins_.path(), .bucket_count = bucket_count_for(config_.cache.max_entries), .hash_key = {}};
    if (!earlier) {
        return new_hash_key().map([&options](const HashKey &key) {
            options.hash_key = key;
            return options;
        });
    }
    std::copy(std::begin(earlier->hash_key), std::end(earlier->hash_key), options.hash_key.begin());
    if (earlier->bucket_mask + 1 != options.bucket_count) {
        spdlog::warn(
            "cache.max_entries was {} and is {}: the index of the cache keeps its size until the pins are removed "
            "(dns-fastpathctl detach)",
            earlier->max_entries, config_.cache.max_entries);
        options.bucket_count = earlier->bucket_mask + 1;
    }
    return options;
}

Result<> Daemon::load_programs(const std::optional<fp_meta> &earlier) {
    const Result<Programs::Options> options = load_options(earlier);
    if (!options) {
        return tl::unexpected(options.error());
    }
    Result<> done = keep(programs_, Programs::load(*options));
    done = done ? keep(record_, DaemonRecord::open(*programs_)) : done;
    if (done && !earlier) {
        record_->found(options->bucket_count, options->hash_key);
    }
    return done;
}

Result<> Daemon::make_parts() {
    interfaces_.emplace(*programs_, pins_);
    CacheKeeper::Ways ways = {
        .pool_name = [this](uint16_t pool) { return in_force_->pool_name(pool); },
        .server = [this](std::span<const uint8_t> name,
                         const Asker &asker) { return in_force_->server_for(name, asker); },
    };
    Result<> made =
        keep(cache_, CacheKeeper::create(*programs_, pins_.path(), record_->meta(), config_, std::move(ways)));
    if (!made) {
        return made;
    }
    if (took_over_) {
        spdlog::info("took over {} cached answers from an earlier daemon", cache_->entries());
    }
    in_force_.emplace(*programs_, pins_.path(), record_->meta(), *cache_, config_);
    made = keep(explain_, ExplainOffer::create(*programs_, pins_));
    return made ? keep(monitoring_, Monitoring::create(*programs_, interfaces_->attachments())) : made;
}

Result<> Daemon::watch_events() {
    Result<> done = keep(loop_, EventLoop::create());
    done = done ? keep(address_watch_, AddressWatch::create()) : done;
    done = done ? cache_->join(*loop_) : done;
    done = done ? in_force_->join(*loop_) : done;
    done = done ? explain_->join(*loop_) : done;
    done = done ? loop_->on_readable(address_watch_->fd(), [this] { follow_interfaces(); }) : done;
    done = done ? loop_->every(1s, [this] { tick(); }) : done;
    return done ? watch_signals() : done;
}

Result<> Daemon::watch_signals() {
    const auto save_and_stop = [this] {
        cache_->snapshots().save_before_stop([this] { stop(config_.state.on_stop); });
    };
    Result<> done = loop_->on_signal(SIGHUP, [this] { reload(); });
    done = done ? loop_->on_signal(SIGUSR1, [this] { stop(OnStop::keep); }) : done; // a successor is about to start
    done = done ? loop_->on_signal(SIGTERM, save_and_stop) : done;
    return done ? loop_->on_signal(SIGINT, save_and_stop) : done;
}

// The pins are ours from here on.
Result<> Daemon::apply_first_config() {
    record_->announce(config_.cache.max_entries);
    cache_->publish();
    return in_force_->apply(config_);
}

// After a start that failed: a cache that was there before goes on being served by the programs that were.
void Daemon::undo() {
    if (took_over_) {
        return;
    }
    if (interfaces_) {
        interfaces_->detach();
    }
    if (in_force_) {
        complain(in_force_->leave_host());
    }
    pins_.remove();
}

// --- running ----------------------------------------------------------------------------------------------------------

Result<int> Daemon::run() {
    sd_notify(0, "READY=1");
    notify_status();
    spdlog::info("ready");
    return loop_->run();
}

void Daemon::tick() {
    const uint64_t now = monotonic_ns();
    cache_->tick(now);
    record_->beat(now);
    monitoring_->tick(now);
    in_force_->tick(now);
    notify_status();
}

void Daemon::notify_status() {
    sd_notifyf(0, "STATUS=%u answers cached, %u interface(s)%s", cache_->entries(),
               static_cast<unsigned>(config_.interfaces.size()),
               monitoring_->is_missing() ? ", no metrics: their address is taken" : "");
}

// Addresses come and go; an interface that was deleted and made again has lost its programs.
void Daemon::follow_interfaces() {
    address_watch_->drain();
    in_force_->follow_addresses(config_);
    interfaces_->attach_lost(config_.interfaces, [this] { in_force_->follow_interfaces(config_); });
}

// --- reload -----------------------------------------------------------------------------------------------------------

// Who asked for it by `dns-fastpathctl reload` waits for the record.
void Daemon::reload() {
    const uint64_t began_ns = monotonic_ns();
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", static_cast<unsigned long long>(began_ns / 1000));
    ReloadRecord reload = read_and_apply();
    reload.began_ns = began_ns;
    record_->put(reload);
    sd_notify(0, "READY=1");
}

// The new config as a whole, or the old one as a whole.
ReloadRecord Daemon::read_and_apply() {
    Result<Config> next = options_.read_config();
    if (!next) {
        spdlog::error("reload refused, the old config stays: {}", next.error().message);
        return {.outcome = FP_RELOAD_REFUSED, .reason = next.error().message};
    }
    ReloadRecord reload;
    for (const ConfigChange &change : diff(config_, *next)) {
        spdlog::log(change.reloadable ? spdlog::level::info : spdlog::level::warn, "reload: {}: {}{}", change.key,
                    change.text, change.reloadable ? "" : " (takes effect with the next start)");
        reload.changes.push_back({change.key + ": " + change.text, change.reloadable});
    }
    const Config old = std::exchange(config_, after_reload(config_, std::move(*next)));
    const Result<> applied = in_force_->apply(config_);
    if (!applied) {
        spdlog::error("reload failed, the old config stays: {}", applied.error().message);
        config_ = old;
        reload = {.outcome = FP_RELOAD_FAILED, .reason = applied.error().message};
    }
    cache_->configure(config_);
    monitoring_->configure(config_);
    set_log_level(config_.log.level);
    if (applied) {
        spdlog::info("reloaded: {} change(s)", reload.changes.size());
    }
    return reload;
}

// --- end --------------------------------------------------------------------------------------------------------------

void Daemon::stop(OnStop manner) {
    bool clean = true;
    sd_notify(0, "STOPPING=1");
    monitoring_->stop(); // takes a second or two; the lock is held meanwhile, so that a successor waits for the address
    if (manner == OnStop::keep) {
        spdlog::info("stopping; the programs stay attached and go on answering");
    } else {
        clean = remove_all();
        spdlog::info("detached; queries go to the resolver as before");
    }
    loop_->stop(clean ? 0 : 1);
}

// As much as can be; false where something could not.
bool Daemon::remove_all() {
    const std::vector<Error> stuck = interfaces_->detach();
    for (const Error &error : stuck) {
        spdlog::error("{}", error.message);
    }
    const bool unpinned = complain(pins_.remove());
    const bool left_host = complain(in_force_->leave_host());
    return stuck.empty() && unpinned && left_host;
}

} // namespace fastpath
