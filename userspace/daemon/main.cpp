// SPDX-License-Identifier: Apache-2.0
// dns-fastpathd: the command line. Exit 0 clean, 1 failed while running, 2 bad usage or config.
#include "config/load.h"
#include "config/port_overlap.h"
#include "config/print.h"
#include "config/validate.h"
#include "config/warnings.h"
#include "daemon/command_line.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "version.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <iostream>
#include <spdlog/spdlog.h>

namespace {

using namespace fastpath;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

// Empty where there is none.
std::string file_to_read(const CommandLine &line) {
    std::error_code none;
    return !line.config_file.empty() || !std::filesystem::exists(default_config, none) ? line.config_file
                                                                                       : default_config;
}

// The file with the command line on top.
Result<Config> effective_config(const CommandLine &line) {
    const std::string file = file_to_read(line);
    Result<Config> config = file.empty() ? Config() : load_config(file);
    if (!config) {
        return config;
    }
    if (!line.interfaces.empty()) {
        config->interfaces.clear();
        for (const std::string &name : line.interfaces) {
            config->interfaces.push_back({.name = name});
        }
    }
    if (!line.log_level.empty()) {
        config->log.level = log_levels.at(line.log_level);
    }
    if (Result<> valid = validate(*config); !valid) {
        return fail((file.empty() ? "" : file + ": ") + valid.error().message);
    }
    return config;
}

bool has_other_upstreams(const Config &config) {
    return std::any_of(config.pools.begin(), config.pools.end(), [](const PoolConfig &pool) {
        return std::any_of(pool.upstreams.begin(), pool.upstreams.end(),
                           [](const UpstreamConfig &upstream) { return upstream.address.has_value(); });
    });
}

// Of the config, and of it on this host.
std::vector<std::string> warnings_of(const Config &config) {
    std::vector<std::string> warnings = config_warnings(config);
    const auto overlap = has_other_upstreams(config)
                             ? port_overlap_warning(config.steering.source_ports, read_kernel_ports())
                             : std::nullopt;
    if (overlap) {
        warnings.push_back(*overlap);
    }
    return warnings;
}

void log_warnings(const Config &config) {
    for (const std::string &warning : warnings_of(config)) {
        spdlog::warn("{}", warning);
    }
}

Result<Config> config_of_reload(const CommandLine &line) {
    Result<Config> config = effective_config(line);
    if (config) {
        log_warnings(*config);
    }
    return config;
}

int serve(const CommandLine &line, Config config) {
    const std::shared_ptr<EventLog> events = start_log(config.log.level);
    spdlog::info("dns-fastpathd {}", version);
    log_warnings(config);
    Result<std::unique_ptr<Daemon>> daemon =
        Daemon::start(std::move(config),
                      {.pins = line.pins, .read_config = [&line] { return config_of_reload(line); }, .events = events});
    if (!daemon) {
        spdlog::critical("{}", daemon.error().message);
        return exit_failed;
    }
    const Result<int> code = (*daemon)->run();
    if (!code) {
        spdlog::critical("{}", code.error().message);
        return exit_failed;
    }
    return *code;
}

// Before any thread starts, so that none of them takes the signals that the event loop waits for.
void block_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGHUP, SIGUSR1, SIGTERM, SIGINT}) {
        sigaddset(&set, number);
    }
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int run(int argc, char **argv) {
    CommandLine line;
    CLI::App app("Answers DNS cache hits in XDP, in front of the resolver on this host.", "dns-fastpathd");
    declare_options(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }

    Result<Config> config = effective_config(line);
    if (!config) {
        std::cerr << config.error().message << '\n';
        return exit_usage;
    }
    if (line.print_config) {
        std::cout << print_config(*config);
        return 0;
    }
    if (line.check_config) {
        for (const std::string &warning : warnings_of(*config)) {
            std::cerr << "warning: " << warning << '\n';
        }
        std::cerr << "the config is good\n";
        return 0;
    }
    block_signals();
    return serve(line, std::move(*config));
}

} // namespace

int main(int argc, char **argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception &error) { // a library's; ours are Results
        std::cerr << "dns-fastpathd: " << error.what() << '\n';
        return exit_failed;
    }
}
