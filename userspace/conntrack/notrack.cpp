// SPDX-License-Identifier: Apache-2.0
#include "conntrack/notrack.h"

#include "conntrack/nft.h"

#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

constexpr const char *remedy = "; DNS that is passed to the resolver of this host may be tracked. Give the daemon "
                               "CAP_NET_ADMIN and a kernel with nf_tables, or set conntrack.notrack: false";

Error with_remedy(const std::string &what, const Error &error) {
    return {what + ": " + error.message + remedy};
}

} // namespace

Result<Notrack> Notrack::create(std::string table) {
    Result<FirewallEvents> events = FirewallEvents::open(table);
    if (!events) {
        return tl::unexpected(with_remedy("no notrack rules", events.error()));
    }
    return Notrack(std::move(table), std::move(*events));
}

Result<> Notrack::set_addresses(const std::set<IpAddress> &addresses) {
    if (addresses_ == addresses && !listing_.empty()) {
        return {};
    }
    addresses_ = addresses;
    Result<> installed = install();
    failed_ = !installed;
    return installed;
}

// The listing comes after, and not from what we know: how nft prints a table depends on its version. Our own change is
// announced to us as well, and then found to be no difference.
Result<> Notrack::install() {
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

Result<> Notrack::remove() {
    const bool is_there = !listing_.empty() || run_nft(notrack_listing(table_));
    addresses_.reset();
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

void Notrack::keep_in_place(uint64_t now_ns) {
    changed_ = events_.drain() || changed_;
    if (!changed_ || now_ns - looked_ns_ < FP_NSEC_PER_SEC) {
        return;
    }
    looked_ns_ = now_ns;
    changed_ = false;
    if (addresses_ && (listing_.empty() || run_nft(notrack_listing(table_)).value_or("") != listing_)) {
        restore();
    }
}

void Notrack::restore() {
    const Result<> installed = install();
    if (installed) {
        spdlog::warn("something (a reload of the firewall?) had removed or changed the table inet {}: put back",
                     table_);
    } else if (!failed_) {
        spdlog::error("{}; trying again each second", installed.error().message);
    }
    failed_ = !installed;
    changed_ = failed_;
}

} // namespace fastpath
