// SPDX-License-Identifier: Apache-2.0
#include "e2e/fastpath_daemon.h"

#include <fstream>
#include <stdexcept>

namespace fastpath::test {
namespace {

// What one daemon leaves must not make hits of the next one's misses; who wants a snapshot says so.
constexpr const char *no_snapshot = "\nstate: {snapshot: \"\"}\n";

void write_config(const std::filesystem::path &path, const std::string &config) {
    std::ofstream file(path);
    file << config << (config.find("state:") == std::string::npos ? no_snapshot : "");
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

Command daemon_with(const std::filesystem::path &path, const std::string &config,
                    const std::string &program = FASTPATH_DAEMON) {
    write_config(path, config);
    return {program, "--config", path};
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

std::filesystem::path FastpathDaemon::config_file(const Lab &lab, Machine host) {
    return lab.state() / ("dns-fastpath-" + name_of(host) + ".yaml");
}

FastpathDaemon::FastpathDaemon(const Lab &lab, const std::string &config, Machine host)
    : FastpathDaemon(lab, config, FASTPATH_DAEMON, host) {}

FastpathDaemon::FastpathDaemon(const Lab &lab, const std::string &config, const std::string &program, Machine host)
    : lab_(lab), host_(host), process_(lab.start(host, daemon_with(config_file(lab, host), config, program))) {
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
    write_config(config_file(lab_, host_), config);
    process_.signal(SIGHUP);
}

bool FastpathDaemon::reloads(const std::string &config) {
    const size_t before = log().size();
    reload(config);
    return eventually([&] { return log().find("reloaded: ", before) != std::string::npos; });
}

bool FastpathDaemon::says(const std::string &text) const {
    return eventually([&] { return log().find(text) != std::string::npos; });
}

Finished FastpathDaemon::fail_to_start(const Lab &lab, const std::string &config, Command by,
                                       const std::string &program) {
    const Command daemon = daemon_with(config_file(lab), config, program);
    by.insert(by.end(), daemon.begin(), daemon.end());
    return lab.run(Machine::resolver, by);
}

std::string control(const Lab &lab, Command arguments, Machine host) {
    arguments.insert(arguments.begin(), FASTPATH_CTL);
    return lab.must_run(host, arguments);
}

} // namespace fastpath::test
