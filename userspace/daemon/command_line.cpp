// SPDX-License-Identifier: Apache-2.0
#include "daemon/command_line.h"

#include "version.h"

#include <CLI/CLI.hpp>

namespace fastpath {

const std::map<std::string, LogLevel> log_levels = {{"trace", LogLevel::trace},
                                                    {"debug", LogLevel::debug},
                                                    {"info", LogLevel::info},
                                                    {"warn", LogLevel::warn},
                                                    {"error", LogLevel::error}};

void declare_options(CLI::App &app, CommandLine &line) {
    app.add_option("--config", line.config_file,
                   std::string("Config file (default: ") + default_config + ", if it is there)")
        ->type_name("FILE");
    app.add_option("--interface", line.interfaces, "Interface to attach to, in place of the config's; may be repeated")
        ->type_name("IF")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    app.add_option("--pins", line.pins, "Where maps and links are pinned, for a second instance on one host")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--log-level", line.log_level,
                   "Messages to log: trace, debug, info, warn or error, in place of the config's level")
        ->type_name("LEVEL")
        ->check(CLI::IsMember(log_levels));
    app.add_flag("--check-config", line.check_config, "Check the config and exit");
    app.add_flag("--print-config", line.print_config, "Print the effective config with every default and exit");
    app.set_version_flag("--version", std::string("dns-fastpathd ") + version);
}

} // namespace fastpath
