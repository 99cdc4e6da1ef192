// SPDX-License-Identifier: Apache-2.0
// FirewallEvents: notices that somebody has changed one table of nftables, from the kernel's announcements (nft monitor).
#pragma once

#include "util/result.h"
#include "util/unique_fd.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace fastpath {

// Is one of the netlink messages about this table of the family inet, or about something in it?
bool concerns_table(std::span<const std::byte> messages, std::string_view table);

class FirewallEvents {
  public:
    // Of the network namespace that the caller is in now.
    static Result<FirewallEvents> open(std::string table);

    // Readable when something of the ruleset has changed, of whatever table.
    [[nodiscard]] int fd() const { return socket_.get(); }

    // Reads all that waits. True where the table was changed, by whomever, or may have been: some messages were lost.
    bool drain();

  private:
    FirewallEvents(std::string table, UniqueFd socket) : table_(std::move(table)), socket_(std::move(socket)) {}

    std::string table_;
    UniqueFd socket_;
};

} // namespace fastpath
