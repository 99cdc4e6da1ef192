// SPDX-License-Identifier: Apache-2.0
// Process: a child process and all that it prints. It does not outlive its owner.
#pragma once

#include "harness/wait.h"
#include "util/unique_fd.h"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace fastpath::test {

using Command = std::vector<std::string>;

struct Finished {
    int exit_code; // 128 + signal where a signal ended it, as shells say it
    std::string output;
};

class Process {
  public:
    // Looks for the program in PATH; throws std::system_error where there is none. `input` is what it reads from stdin.
    explicit Process(const Command &command, const std::string &input = {});
    Process(Process &&other) noexcept;
    Process &operator=(Process &&other) = delete;
    ~Process();

    [[nodiscard]] pid_t pid() const { return pid_; }
    void signal(int number) const;

    // The exit code; nullopt where it still runs when the time is over.
    std::optional<int> wait(std::chrono::milliseconds limit = patience);
    bool is_running() { return !wait(std::chrono::milliseconds(0)); }

    // stdout and stderr until now, in the order they were written.
    [[nodiscard]] std::string output() const;

  private:
    pid_t pid_ = -1;
    std::optional<int> exit_code_;
    UniqueFd output_;
};

// Runs it to its end; throws where that does not come in time.
Finished run(const Command &command, const std::string &input = {},
             std::chrono::milliseconds limit = std::chrono::seconds(60));

} // namespace fastpath::test
