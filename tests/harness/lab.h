// SPDX-License-Identifier: Apache-2.0
// Lab: the machines of scripts/lab.sh as a test uses them: commands that run on one, sockets that live on one.
#pragma once

#include "harness/process.h"
#include "util/unique_fd.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace fastpath::test {

// What LAB_TOPOLOGY says, and the machines of any of them.
enum class Topology { plain, steering };
enum class Machine { client, auth, resolver, stranger, fp1, fp2, az1a, az1b, az2a, corp };

[[nodiscard]] std::string name_of(Machine machine);

class Lab {
  public:
    static constexpr const char *resolver4 = "198.18.0.2";
    static constexpr const char *resolver6 = "2001:db8::2";
    static constexpr const char *client4 = "198.18.0.10";

    // Up as long as this lives. What an earlier run left behind goes first; another run that is under way is waited for.
    explicit Lab(Topology topology = Topology::plain);
    ~Lab();
    Lab(const Lab &) = delete;
    Lab &operator=(const Lab &) = delete;

    [[nodiscard]] Process start(Machine machine, const Command &command) const;
    [[nodiscard]] Finished run(Machine machine, const Command &command, const std::string &input = {}) const;
    // The same, and throws what was printed where the exit code is not 0.
    std::string must_run(Machine machine, const Command &command, const std::string &input = {}) const;

    // Ends the resolver of a machine and starts it again, with an empty cache.
    void restart_resolver(Machine machine = Machine::resolver) const;

    [[nodiscard]] UniqueFd socket(Machine machine, int family, int type, int protocol = 0) const;
    // Connects to a port of the machine's own 127.0.0.1, sends, and reads to the end; "" where nobody listens.
    [[nodiscard]] std::string talk(Machine machine, uint16_t port, const std::string &request) const;

    // What scripts/lab.sh keeps of this lab: configurations, logs, zones.
    [[nodiscard]] std::filesystem::path state() const;

  private:
    UniqueFd session_;
};

} // namespace fastpath::test
