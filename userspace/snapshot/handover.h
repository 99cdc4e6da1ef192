// SPDX-License-Identifier: Apache-2.0
// How dns-fastpathctl hands a snapshot to the daemon, which is the only writer of the cache while it runs: over a Unix socket in
// the abstract namespace, named after the pin directory, as a descriptor. So it may be any file that the user of dns-fastpathctl
// can read, and nothing has to be cleaned up. Both sides are here.
#pragma once

#include "snapshot/load_report.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <filesystem>
#include <optional>
#include <sys/types.h>

namespace fastpath::snapshot {

// What dns-fastpathctl asks for, until it is answered.
struct LoadRequest {
    UniqueFd connection;
    UniqueFd file;

    void answer(const Result<LoadReport> &result) const;
};

// The daemon's side.
class LoadListener {
  public:
    static Result<LoadListener> create(const std::filesystem::path &pins);

    [[nodiscard]] int poll_fd() const { return socket_.get(); }

    // What is waiting; nullopt where it is not from root or from our own user, or is no request.
    [[nodiscard]] std::optional<LoadRequest> accept() const;

  private:
    explicit LoadListener(UniqueFd socket) : socket_(std::move(socket)) {}

    UniqueFd socket_;
};

// The side of dns-fastpathctl; waits for the result. `daemon` is the process that the pins name: to no other the file is given.
Result<LoadReport> request_load(const std::filesystem::path &pins, pid_t daemon, const UniqueFd &file);

} // namespace fastpath::snapshot
