// SPDX-License-Identifier: Apache-2.0
// The parts of manual pages that are made from tables of the programs, as man(7) text.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace fastpath::manual {

// The options of a program, but for those of its commands.
std::string options_section(const CLI::App &app);

// The commands with their arguments and options; of a command that has commands only those.
std::string commands_section(const CLI::App &app);

// The keys of the config file.
std::string keys_section();

} // namespace fastpath::manual
