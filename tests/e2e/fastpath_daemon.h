// SPDX-License-Identifier: Apache-2.0
// FastpathDaemon: dns-fastpathd on the resolver of the lab, with a config that the test writes.
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
    explicit FastpathDaemon(const Lab &lab, const std::string &config = lab_config());
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

    [[nodiscard]] std::string log() const { return process_.output(); }
    // Waits until the log has this text.
    [[nodiscard]] bool says(const std::string &text) const;

    // What a start gives that must fail: exit code and all that was said. `by` is a command that starts it, with arguments.
    static Finished fail_to_start(const Lab &lab, const std::string &config, Command by = {});
    static std::filesystem::path config_file(const Lab &lab);

  private:
    const Lab &lab_;
    Process process_;
};

// dns-fastpathctl on the resolver; throws where it fails.
std::string control(const Lab &lab, Command arguments);

} // namespace fastpath::test
