// SPDX-License-Identifier: Apache-2.0
#include "conntrack/nft.h"

#include "util/unique_fd.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace fastpath {

namespace {

// Commands and output may be larger than a pipe holds, and nobody has to read while the other writes.
Result<UniqueFd> memory_file(const char *name, const std::string &text = {}) {
    UniqueFd file(::memfd_create(name, MFD_CLOEXEC));
    if (!file || ::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
        return fail_errno(std::string("cannot write ") + name);
    }
    return file;
}

std::string contents_of(const UniqueFd &file) {
    std::string text;
    std::array<char, 4096> part = {};
    for (off_t at = 0;;) {
        const ssize_t length = ::pread(file.get(), part.data(), part.size(), at);
        if (length <= 0) {
            return text;
        }
        text.append(part.data(), static_cast<size_t>(length));
        at += length;
    }
}

// "Error: Could not process rule: ...", and the command with a caret below it; the first line says what is wrong.
std::string first_line(std::string_view text) {
    return std::string(text.substr(0, text.find('\n')));
}

class SpawnSettings {
  public:
    // The signals that the event loop has blocked are nft's own again.
    SpawnSettings(int input, int output, int errors) {
        posix_spawn_file_actions_init(&files_);
        posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&files_, errors, STDERR_FILENO);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
    }
    SpawnSettings(const SpawnSettings &) = delete;
    SpawnSettings &operator=(const SpawnSettings &) = delete;
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&files_);
        posix_spawnattr_destroy(&attributes_);
    }

    // Its exit code.
    Result<int> run(std::vector<const char *> arguments) {
        arguments.push_back(nullptr);
        pid_t child = 0;
        const int code = posix_spawnp(&child, arguments.front(), &files_, &attributes_,
                                      const_cast<char *const *>(arguments.data()), environ);
        if (code != 0) {
            return fail_errno("cannot run nft (package nftables)", code);
        }
        int status = 0;
        while (::waitpid(child, &status, 0) < 0) {
            if (errno != EINTR) {
                return fail_errno("cannot wait for nft");
            }
        }
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

} // namespace

Result<std::string> run_nft(const std::string &commands, NftOutput output) {
    const Result<UniqueFd> input = memory_file("the commands of nft", commands);
    const Result<UniqueFd> printed = memory_file("the output of nft");
    const Result<UniqueFd> errors = memory_file("the errors of nft");
    if (!input || !printed || !errors) {
        return tl::unexpected((!input ? input : !printed ? printed : errors).error());
    }
    std::vector<const char *> arguments = {"nft", "--stateless", "--numeric-priority"};
    if (output == NftOutput::json) {
        arguments.push_back("--json");
    }
    arguments.insert(arguments.end(), {"--file", "-"});
    const Result<int> code = SpawnSettings(input->get(), printed->get(), errors->get()).run(arguments);
    if (!code) {
        return tl::unexpected(code.error());
    }
    if (*code != 0) {
        return fail("nft: " + first_line(contents_of(*errors)));
    }
    return contents_of(*printed);
}

} // namespace fastpath
