// SPDX-License-Identifier: Apache-2.0
#include "harness/process.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <spawn.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/wait.h>
#include <system_error>
#include <utility>

namespace fastpath::test {
namespace {

// A file in memory: unlike a pipe it never makes a writer wait, and it is gone with the last descriptor.
UniqueFd memory_file(const std::string &content) {
    UniqueFd file(::memfd_create("process", MFD_CLOEXEC));
    if (!file || ::pwrite(file.get(), content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) {
        throw std::system_error(errno, std::generic_category(), "memfd_create");
    }
    return file;
}

// The child begins with no signal blocked or ignored, whatever the test does with its own.
class SpawnSetup {
  public:
    SpawnSetup(int input, int output) {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    SpawnSetup(const SpawnSetup &) = delete;
    SpawnSetup &operator=(const SpawnSetup &) = delete;
    ~SpawnSetup() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    pid_t spawn(const Command &command) {
        std::vector<char *> arguments;
        for (const std::string &argument : command) {
            arguments.push_back(const_cast<char *>(argument.c_str()));
        }
        arguments.push_back(nullptr);
        pid_t pid = -1;
        if (const int code = ::posix_spawnp(&pid, arguments[0], &files_, &attributes_, arguments.data(), environ)) {
            throw std::system_error(code, std::generic_category(), command.front());
        }
        return pid;
    }

  private:
    posix_spawn_file_actions_t files_;
    posix_spawnattr_t attributes_;
};

int exit_code_of(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

Process::Process(const Command &command, const std::string &input) : output_(memory_file({})) {
    const UniqueFd input_file = memory_file(input);
    pid_ = SpawnSetup(input_file.get(), output_.get()).spawn(command);
}

Process::Process(Process &&other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_), output_(std::move(other.output_)) {}

Process::~Process() {
    if (pid_ > 0 && !exit_code_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

void Process::signal(int number) const {
    if (!exit_code_) { // else the number may be another process's by now
        ::kill(pid_, number);
    }
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
    const auto has_ended = [this] {
        int status = 0;
        if (!exit_code_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
            exit_code_ = exit_code_of(status);
        }
        return exit_code_.has_value();
    };
    eventually(has_ended, limit);
    return exit_code_;
}

std::string Process::output() const {
    std::string text;
    std::array<char, 65536> part;
    ssize_t got = 0;
    while ((got = ::pread(output_.get(), part.data(), part.size(), static_cast<off_t>(text.size()))) > 0) {
        text.append(part.data(), static_cast<size_t>(got));
    }
    return text;
}

Finished run(const Command &command, const std::string &input, std::chrono::milliseconds limit) {
    Process process(command, input);
    const std::optional<int> code = process.wait(limit);
    if (!code) {
        throw std::runtime_error(command.front() + " does not end: " + process.output());
    }
    return {*code, process.output()};
}

} // namespace fastpath::test
