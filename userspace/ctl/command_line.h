// SPDX-License-Identifier: Apache-2.0
// The command line of dns-fastpathctl: the commands, their arguments, --help and --version.
#pragma once

#include "ctl/command.h"

#include <ostream>
#include <tl/expected.hpp>

namespace CLI {
class App;
}

namespace fastpath::ctl {

// The commands and options; what is given comes into `asked`. Apart for the manual page, which is made from them.
void declare_commands(CLI::App &app, Invocation &asked);

// The unexpected case: there is nothing to run, all has been said (--help, --version, or what is wrong with the usage).
tl::expected<Invocation, ExitCode> parse_command_line(int argc, const char *const *argv, std::ostream &out,
                                                      std::ostream &err);

} // namespace fastpath::ctl
