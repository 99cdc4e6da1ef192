// SPDX-License-Identifier: Apache-2.0
// LocalResolver: rounds of probes.
#include "upstream/local_resolver.h"

#include "dns/byte_order.h"

#include <algorithm>
#include <spdlog/spdlog.h>
#include <utility>

namespace fastpath {
namespace {

constexpr IpAddress loopback_ipv4 = IpAddress::from_ipv4({127, 0, 0, 1});
constexpr IpAddress loopback_ipv6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

// A link-local address means nothing without its interface; a socket would refuse it.
std::vector<IpAddress> candidates_of(const std::vector<IpAddress> &listen) {
    std::vector<IpAddress> candidates;
    const auto add = [&candidates](const IpAddress &address) {
        if (!address.is_link_local() && std::find(candidates.begin(), candidates.end(), address) == candidates.end()) {
            candidates.push_back(address);
        }
    };
    std::for_each(listen.begin(), listen.end(), add);
    add(loopback_ipv4);
    add(loopback_ipv6);
    return candidates;
}

} // namespace

LocalResolver::LocalResolver(const Settings &settings, Ask ask, OnChange on_change)
    : settings_(settings), candidates_(candidates_of(settings.listen)), ask_(std::move(ask)),
      on_change_(std::move(on_change)), health_(settings.health) {}

void LocalResolver::configure(const Settings &settings, uint64_t now_ns) {
    if (settings == settings_) {
        return;
    }
    const IpAddress chosen = candidates_[chosen_];
    settings_ = settings;
    candidates_ = candidates_of(settings.listen);
    health_.configure(settings.health);
    const auto kept = std::find(candidates_.begin(), candidates_.end(), chosen);
    if (kept == candidates_.end()) {
        reply_ = Reply::none;
        is_asked_alone_ = false;
        chosen_ = 0;
    } else {
        chosen_ = static_cast<size_t>(kept - candidates_.begin());
    }
    ++round_; // what is still on its way is of another list
    due_ns_ = now_ns;
}

std::optional<SocketAddress> LocalResolver::address() const {
    if (!health_.is_up() || reply_ < Reply::poor) {
        return std::nullopt;
    }
    return SocketAddress{candidates_[chosen_], settings_.port};
}

void LocalResolver::run(uint64_t now_ns) {
    note(health_.advance(now_ns));
    if (now_ns >= due_ns_) {
        begin_round(now_ns);
    }
}

void LocalResolver::begin_round(uint64_t now_ns) {
    ++round_;
    begun_ns_ = now_ns;
    due_ns_ = never_ns;
    open_ = 0;
    others_asked_ = false;
    replies_.assign(candidates_.size(), Reply::none);
    lack_.clear();
    ask(chosen_);
    if (!is_asked_alone_) {
        ask_others();
    }
    if (open_ == 0) {
        end_round(now_ns);
    }
}

void LocalResolver::ask(size_t candidate) {
    const OwnQuery probe = {.name = settings_.name, .type = settings_.type};
    const auto take = [this, candidate, round = round_](const QueryAnswer &answer, uint64_t now_ns) {
        if (round == round_) {
            take_reply(candidate, reply_of(answer), now_ns);
        }
    };
    const Result<> asked =
        ask_({candidates_[candidate], settings_.port}, probe, settings_.health.timeout, QueryClient::Callback(take));
    if (asked) {
        ++open_;
    } else {
        lack_ = asked.error().message;
    }
}

void LocalResolver::ask_others() {
    others_asked_ = true;
    for (size_t candidate = 0; candidate < candidates_.size(); ++candidate) {
        if (candidate != chosen_) {
            ask(candidate);
        }
    }
}

LocalResolver::Reply LocalResolver::reply_of(const QueryAnswer &answer) {
    if (!answer) {
        return Reply::none;
    }
    switch (load_be16(*answer, 2) & FP_DNS_RCODE) {
    case FP_RCODE_NOERROR:
    case FP_RCODE_NXDOMAIN:
        return Reply::good;
    case FP_RCODE_REFUSED:
        return Reply::refused;
    default:
        return Reply::poor;
    }
}

void LocalResolver::take_reply(size_t candidate, Reply reply, uint64_t now_ns) {
    replies_[candidate] = reply;
    --open_;
    if (open_ == 0 && reply != Reply::good && !others_asked_) {
        ask_others();
    }
    if (open_ == 0) {
        end_round(now_ns);
    }
}

// Nothing heard while we could not even ask everybody says nothing about the resolver.
void LocalResolver::end_round(uint64_t now_ns) {
    due_ns_ = std::max(now_ns, next_probe_ns(settings_.health, begun_ns_, static_cast<uint32_t>(jitter_())));
    const size_t best = best_candidate();
    const bool is_answered = replies_[best] != Reply::none;
    if (!is_answered && !lack_.empty()) {
        if (!std::exchange(lack_is_logged_, true)) {
            spdlog::error("the resolver on this host is not being probed: {}", lack_);
        }
        return;
    }
    lack_is_logged_ = false;
    is_asked_alone_ = replies_[best] == Reply::good;
    if (is_answered) {
        settle_on(best);
    }
    note(is_answered ? health_.probe_answered(now_ns) : health_.probe_failed(now_ns));
}

// The chosen one where it is as good as any, else the first in the list.
size_t LocalResolver::best_candidate() const {
    const auto best = std::max_element(replies_.begin(), replies_.end());
    return replies_[chosen_] == *best ? chosen_ : static_cast<size_t>(best - replies_.begin());
}

void LocalResolver::settle_on(size_t candidate) {
    chosen_ = candidate;
    reply_ = replies_[candidate];
    const std::string address = to_string(candidates_[chosen_]);
    if (answered_at_ && *answered_at_ != candidates_[chosen_]) {
        spdlog::info("the resolver on this host answers at {} now, no more at {}", address, to_string(*answered_at_));
    }
    answered_at_ = candidates_[chosen_];
    if (reply_ != Reply::refused) {
        refusal_is_logged_ = false;
    } else if (!std::exchange(refusal_is_logged_, true)) {
        // We ask an address of this host, so that the query comes from that address too.
        spdlog::warn(
            "the resolver on this host refuses our queries, so that no answer can be refreshed: allow {} in the "
            "resolver's access control",
            address);
    }
}

void LocalResolver::note(bool state_changed) {
    if (state_changed) {
        log_state();
        on_change_(health_.state());
    }
}

void LocalResolver::log_state() const {
    if (health_.state() == HealthState::down) {
        spdlog::warn("the resolver on this host is down: {} probes in a row without an answer, at {}",
                     settings_.health.fall, candidate_list());
    } else {
        spdlog::info("the resolver on this host is {}, at {}", to_string(health_.state()),
                     to_string(candidates_[chosen_]));
    }
}

std::string LocalResolver::candidate_list() const {
    std::string list;
    for (const IpAddress &candidate : candidates_) {
        list += (list.empty() ? "" : ", ") + to_string(candidate);
    }
    return list;
}

} // namespace fastpath
