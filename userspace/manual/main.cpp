// SPDX-License-Identifier: Apache-2.0
// make_manual TEMPLATE PAGE: for the build. Writes the manual page from its template, in which a line @NAME@ stands for what is
// made from the tables of the programs.
#include "ctl/command_line.h"
#include "daemon/command_line.h"
#include "manual/sections.h"
#include "version.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>

namespace {

using namespace fastpath;

std::map<std::string, std::string> sections() {
    CommandLine daemon_line;
    CLI::App daemon;
    declare_options(daemon, daemon_line);
    ctl::Invocation asked;
    CLI::App control;
    ctl::declare_commands(control, asked);
    return {{"@DAEMON_OPTIONS@", manual::options_section(daemon)},
            {"@CONTROL_OPTIONS@", manual::options_section(control)},
            {"@CONTROL_COMMANDS@", manual::commands_section(control)},
            {"@KEYS@", manual::keys_section()}};
}

std::string with_version(std::string line) {
    const std::string marker = "@VERSION@";
    if (const std::size_t at = line.find(marker); at != std::string::npos) {
        line.replace(at, marker.size(), version);
    }
    return line;
}

int run(int argc, char **argv) {
    if (argc != 3) {
        std::cerr << "usage: make_manual TEMPLATE PAGE\n";
        return 2;
    }
    const auto made = sections();
    std::ifstream input(argv[1]);
    std::ofstream page(argv[2]);
    bool is_empty = true;
    for (std::string line; std::getline(input, line); is_empty = false) {
        const auto found = made.find(line);
        page << (found == made.end() ? with_version(line) + "\n" : found->second);
    }
    if (is_empty || !page.flush()) {
        std::cerr << "cannot make " << argv[2] << " from " << argv[1] << '\n';
        return 1;
    }
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception &error) {
        std::cerr << "make_manual: " << error.what() << '\n';
        return 1;
    }
}
