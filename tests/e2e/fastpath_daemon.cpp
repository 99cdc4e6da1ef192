// SPDX-License-Identifier: Apache-2.0
#include "e2e/fastpath_daemon.h"

#include <fstream>
#include <stdexcept>

namespace fastpath::test {
namespace {

void write_config(const Lab &lab, const std::string &config) {
    std::ofstream file(FastpathDaemon::config_file(lab));
    file << config;
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + FastpathDaemon::config_file(lab).string());
    }
}

Command daemon_command(const Lab &lab) {
    return {FASTPATH_DAEMON, "--config", FastpathDaemon::config_file(lab)};
}

Process start_with(const Lab &lab, const std::string &config) {
    write_config(lab, config);
    return lab.start(Machine::resolver, daemon_command(lab));
}

} // namespace

std::string lab_config(const std::string &more) {
    return probing_config("health: {interval: 1h}\n" + more);
}

std::string probing_config(const std::string &more) {
    return "interfaces: [eth0]\n"
           "acl: {allow: [198.18.0.0/15, \"2001:db8::/32\"]}\n" +
           more;
}

std::filesystem::path FastpathDaemon::config_file(const Lab &lab) {
    return lab.state() / "dns-fastpath.yaml";
}

FastpathDaemon::FastpathDaemon(const Lab &lab, const std::string &config)
    : lab_(lab), process_(start_with(lab, config)) {
    if (!says("ready")) {
        throw std::runtime_error("dns-fastpathd does not become ready: " + log());
    }
}

FastpathDaemon::~FastpathDaemon() {
    stop();
}

std::optional<int> FastpathDaemon::stop(int signal) {
    process_.signal(signal);
    return process_.wait();
}

void FastpathDaemon::kill() {
    process_.signal(SIGKILL);
    process_.wait();
}

void FastpathDaemon::reload(const std::string &config) {
    write_config(lab_, config);
    process_.signal(SIGHUP);
}

bool FastpathDaemon::says(const std::string &text) const {
    return eventually([&] { return log().find(text) != std::string::npos; });
}

Finished FastpathDaemon::fail_to_start(const Lab &lab, const std::string &config, Command by) {
    write_config(lab, config);
    const Command daemon = daemon_command(lab);
    by.insert(by.end(), daemon.begin(), daemon.end());
    return lab.run(Machine::resolver, by);
}

std::string control(const Lab &lab, Command arguments) {
    arguments.insert(arguments.begin(), FASTPATH_CTL);
    return lab.must_run(Machine::resolver, arguments);
}

} // namespace fastpath::test
