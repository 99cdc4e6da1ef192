// SPDX-License-Identifier: Apache-2.0
#include "conntrack/notrack.h"

#include "conntrack/nft.h"

#include <spdlog/spdlog.h>
#include <utility>

namespace fastpath {

namespace {

constexpr const char *remedy = "; DNS that is passed to the resolver of this host may be tracked. Give the daemon "
                               "CAP_NET_ADMIN and a kernel with nf_tables, or set conntrack.notrack: false";

Error with_remedy(const std::string &what, const Error &error) {
    return {what + ": " + error.message + remedy};
}

} // namespace

Result<Notrack> Notrack::create(std::string table, Hindrance hindrance) {
    Result<FirewallEvents> events = FirewallEvents::open(table);
    if (!events) {
        return tl::unexpected(with_remedy("no notrack rules", events.error()));
    }
    return Notrack(std::move(table), std::move(hindrance), std::move(*events));
}

Result<> Notrack::set_addresses(const std::set<IpAddress> &addresses) {
    if (addresses_ == addresses && (hindered_ || !listing_.empty())) {
        return {};
    }
    addresses_ = addresses;
    Result<> installed = install();
    failed_ = !installed && !hindered_;
    changed_.ours = failed_; // to be tried again
    return installed;
}

// The listing comes after, and not from what we know: how nft prints a table depends on its version. Our own change is
// announced to us as well, and then found to be no difference.
Result<> Notrack::install() {
    const std::optional<std::string> hindrance = hindrance_ ? hindrance_() : std::nullopt;
    hindered_ = hindrance.has_value();
    if (hindered_) {
        static_cast<void>(take_out()); // of an earlier daemon; what it says is of less weight than this
        return fail("DNS stays tracked, the table inet " + table_ + " is not put in place: " + *hindrance);
    }
    listing_.clear();
    if (const Result<std::string> done = run_nft(notrack_ruleset(table_, *addresses_)); !done) {
        return tl::unexpected(with_remedy("cannot put the table inet " + table_ + " in place", done.error()));
    }
    Result<std::string> listed = run_nft(notrack_listing(table_));
    if (!listed) {
        return tl::unexpected(with_remedy("the table inet " + table_ + " is gone again", listed.error()));
    }
    listing_ = std::move(*listed);
    return {};
}

Result<> Notrack::take_out() {
    const bool is_there = !listing_.empty() || run_nft(notrack_listing(table_));
    listing_.clear();
    if (!is_there) {
        return {};
    }
    if (const Result<std::string> done = run_nft(notrack_removal(table_)); !done) {
        return fail("cannot remove the table inet " + table_ + ": " + done.error().message +
                    "; remove it with `nft delete table inet " + table_ + "`");
    }
    return {};
}

Result<> Notrack::remove() {
    addresses_.reset();
    hindered_ = false;
    return take_out();
}

void Notrack::keep_in_place(uint64_t now_ns) {
    const FirewallChange news = events_.drain();
    changed_.ours = changed_.ours || news.ours;
    changed_.others = changed_.others || news.others;
    if ((!changed_.ours && !changed_.others) || now_ns - looked_ns_ < FP_NSEC_PER_SEC) {
        return;
    }
    looked_ns_ = now_ns;
    const FirewallChange changed = std::exchange(changed_, {});
    if (!addresses_) {
        return;
    }
    if (changed.others) {
        follow_firewall();
    }
    if (!hindered_ && (listing_.empty() || run_nft(notrack_listing(table_)).value_or("") != listing_)) {
        restore();
    }
}

// Rules of others have changed.
void Notrack::follow_firewall() {
    const std::optional<std::string> hindrance = hindrance_ ? hindrance_() : std::nullopt;
    if (hindrance && !hindered_) {
        const Result<> removed = take_out();
        spdlog::error("DNS is tracked from now on, the table inet {} is taken away: {}{}", table_, *hindrance,
                      removed ? "" : "; but " + removed.error().message);
    }
    hindered_ = hindrance.has_value();
}

void Notrack::restore() {
    const bool was_there = !listing_.empty();
    const Result<> installed = install();
    if (installed && was_there) {
        spdlog::warn("something (a reload of the firewall?) had removed or changed the table inet {}: put back",
                     table_);
    } else if (installed) {
        spdlog::info("the table inet {} is in place now: DNS of the resolver on this host is not tracked", table_);
    } else if (!failed_) {
        spdlog::error("{}{}", installed.error().message, hindered_ ? "" : "; trying again each second");
    }
    failed_ = !installed && !hindered_;
    changed_.ours = failed_;
}

} // namespace fastpath
