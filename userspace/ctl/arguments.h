// SPDX-License-Identifier: Apache-2.0
// Arguments and options of commands: how each is written, and what it is refused for. Bad values are usage errors.
#pragma once

#include "ctl/command.h"

#include <CLI/CLI.hpp>

namespace fastpath::ctl {

// An empty one is bad too: a flush of "$name" must not become a flush of everything.
void add_name(CLI::App &command, const char *label, std::optional<WireName> &name);
CLI::Option &add_type(CLI::App &command, std::optional<uint16_t> &qtype, const char *help);
void add_file(CLI::App &command, std::optional<std::string> &file, const char *help);
void add_upstream(CLI::App &command, std::optional<std::string> &upstream);
void add_top_options(CLI::App &command, Invocation &asked);
void add_explain_options(CLI::App &command, Invocation &asked);
void add_capture_options(CLI::App &command, CaptureOptions &capture);

} // namespace fastpath::ctl
