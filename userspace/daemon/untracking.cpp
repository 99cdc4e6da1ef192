// SPDX-License-Identifier: Apache-2.0
#include "daemon/untracking.h"

#include "conntrack/notrack_rules.h"
#include "doctor/firewall.h"
#include "doctor/host_facts.h"
#include "util/clock.h"

#include <spdlog/spdlog.h>
#include <string>

namespace fastpath {

namespace {

// Not known where the ruleset cannot be read.
std::optional<std::string> hindrance_of_notrack() {
    const Result<doctor::NftRuleset> ruleset = doctor::read_nft_ruleset();
    return ruleset ? doctor::hindrance_of_notrack(*ruleset) : std::nullopt;
}

} // namespace

Untracking::Untracking(const std::filesystem::path &pins, fp_meta &meta, const Config &config) : meta_(meta) {
    if (Result<Notrack> notrack = Notrack::create(notrack_table(pins), hindrance_of_notrack); notrack) {
        notrack_ = std::move(*notrack);
    } else if (config.conntrack.notrack) {
        spdlog::warn("{}", notrack.error().message);
    }
}

Result<> Untracking::join(EventLoop &loop) {
    return notrack_ ? loop.on_readable(notrack_->fd(), [this] { tick(monotonic_ns()); }) : Result<>();
}

void Untracking::configure(const Config &config, const std::set<IpAddress> &addresses) {
    meta_.notrack = config.conntrack.notrack ? 1 : 0;
    if (!notrack_) {
        return;
    }
    is_ours_ = true;
    const Result<> done = config.conntrack.notrack ? notrack_->set_addresses(addresses) : notrack_->remove();
    if (!done) {
        spdlog::warn("{}", done.error().message);
    }
}

void Untracking::tick(uint64_t now_ns) {
    if (notrack_) {
        notrack_->keep_in_place(now_ns);
    }
}

Result<> Untracking::undo() {
    return notrack_ && is_ours_ ? notrack_->remove() : Result<>();
}

} // namespace fastpath
