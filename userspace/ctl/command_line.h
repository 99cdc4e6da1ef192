// SPDX-License-Identifier: Apache-2.0
// The command line of dns-fastpathctl: the commands, their arguments, --help and --version.
#pragma once

#include "ctl/command.h"

#include <ostream>
#include <tl/expected.hpp>

namespace fastpath::ctl {

// The unexpected case: there is nothing to run, all has been said (--help, --version, or what is wrong with the usage).
tl::expected<Invocation, ExitCode> parse_command_line(int argc, const char *const *argv, std::ostream &out,
                                                      std::ostream &err);

} // namespace fastpath::ctl
