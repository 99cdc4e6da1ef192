// SPDX-License-Identifier: Apache-2.0
// The options of dns-fastpathd: for its main(), and for the manual page that is made from them.
#pragma once

#include "config/config.h"

#include <dns_fastpath/abi.h>
#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace fastpath {

inline constexpr const char *default_config = "/etc/dns-fastpath/dns-fastpath.yaml";

struct CommandLine {
    std::string config_file;
    std::vector<std::string> interfaces;
    std::string pins = FP_PIN_ROOT;
    std::string log_level;
    bool check_config = false;
    bool print_config = false;
};

extern const std::map<std::string, LogLevel> log_levels;

void declare_options(CLI::App &app, CommandLine &line);

} // namespace fastpath
