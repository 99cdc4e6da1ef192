// SPDX-License-Identifier: Apache-2.0
// FastpathDaemon: dns-fastpathd on a machine of the lab, the resolver where no other is named, with a config that the test writes.
#pragma once

#include "harness/lab.h"
#include "harness/process.h"

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>

namespace fastpath::test {

// Serves every client of the lab on eth0; `more` is YAML that goes behind it. The resolver is probed once and then no more: tests
// count its queries.
std::string lab_config(const std::string &more = {});
// The same, with probes.
std::string probing_config(const std::string &more = {});

class FastpathDaemon {
  public:
    // Throws the log where it does not become ready.
    explicit FastpathDaemon(const Lab &lab, const std::string &config = lab_config(), Machine host = Machine::resolver);
    // Another build of it.
    FastpathDaemon(const Lab &lab, const std::string &config, const std::string &program,
                   Machine host = Machine::resolver);
    // Stops it, with SIGTERM.
    ~FastpathDaemon();
    FastpathDaemon(const FastpathDaemon &) = delete;
    FastpathDaemon &operator=(const FastpathDaemon &) = delete;

    // The exit code, nullopt where it does not end.
    std::optional<int> stop(int signal = SIGTERM);
    // SIGKILL: what a crash or the OOM killer leaves behind.
    void kill();
    // A new config and SIGHUP. What came of it is in the log.
    void reload(const std::string &config);
    // The same, and waits until it is in use; false where it is refused.
    [[nodiscard]] bool reloads(const std::string &config);

    [[nodiscard]] std::string log() const { return process_.output(); }
    // Waits until the log has this text.
    [[nodiscard]] bool says(const std::string &text) const;

    // What a start gives that must fail: exit code and all that was said. `by` is a command that starts it, with arguments.
    static Finished fail_to_start(const Lab &lab, const std::string &config, Command by = {},
                                  const std::string &program = FASTPATH_DAEMON);
    static std::filesystem::path config_file(const Lab &lab, Machine host = Machine::resolver);

  private:
    const Lab &lab_;
    Machine host_;
    Process process_;
};

// dns-fastpathctl; throws where it fails.
std::string control(const Lab &lab, Command arguments, Machine host = Machine::resolver);

} // namespace fastpath::test
