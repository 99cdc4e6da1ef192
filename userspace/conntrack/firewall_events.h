// SPDX-License-Identifier: Apache-2.0
// FirewallEvents: notices that somebody has changed a table of nftables, ours or another, from the kernel's announcements (nft monitor).
#pragma once

#include "util/result.h"
#include "util/unique_fd.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace fastpath {

struct FirewallChange {
    bool ours = false; // our table, or something in it
    bool others =
        false; // a table, chain or rule of somebody else; elements of sets come and go too often to be looked at

    bool operator==(const FirewallChange &) const = default;
};

// What netlink messages announce; ours is the table of this name and of the family inet.
FirewallChange change_in(std::span<const std::byte> messages, std::string_view our_table);

class FirewallEvents {
  public:
    // Of the network namespace that the caller is in now.
    static Result<FirewallEvents> open(std::string table);

    // Readable when something of the ruleset has changed, of whatever table.
    [[nodiscard]] int fd() const { return socket_.get(); }

    // Reads all that waits. Where some messages were lost, both may have changed.
    FirewallChange drain();

  private:
    FirewallEvents(std::string table, UniqueFd socket) : table_(std::move(table)), socket_(std::move(socket)) {}

    std::string table_;
    UniqueFd socket_;
};

} // namespace fastpath
