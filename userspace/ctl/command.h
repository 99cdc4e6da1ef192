// SPDX-License-Identifier: Apache-2.0
// What a command of dns-fastpathctl is: a function from what was asked and what is pinned to output and an exit code.
#pragma once

#include "bpf/pin_directory.h"
#include "ctl/capture.h"
#include "ctl/query_packet.h"
#include "ctl/terminal.h"
#include "dns/name.h"
#include "metrics/top.h"
#include "util/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace fastpath::ctl {

enum class ExitCode { fine = 0, failed = 1, usage = 2, not_running = 3 };

struct Pinned;
struct Invocation;

// An error is printed by the caller and gives ExitCode::failed.
using Command = Result<ExitCode> (*)(const Invocation &asked, Pinned &pinned, Output &output);

Result<ExitCode> show_status(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> show_stats(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> show_top(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> show_upstreams(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> drain(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> undrain(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> explain(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> capture(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> show_doctor(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> cache_get(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> cache_dump(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> cache_flush(const Invocation &asked, Pinned &pinned, Output &output); // a name, a zone or all
Result<ExitCode> reload(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> cache_save(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> cache_load(const Invocation &asked, Pinned &pinned, Output &output);
Result<ExitCode> detach(const Invocation &asked, Pinned &pinned, Output &output);

// The command line, checked.
struct Invocation {
    Command command = nullptr;
    std::filesystem::path pins = FP_PIN_ROOT;
    bool json = false;
    std::optional<WireName> name = {};
    std::optional<WireName> zone = {};
    std::optional<uint16_t> qtype = {};
    std::optional<std::string> file = {};     // "-" = standard input or output
    std::optional<std::string> upstream = {}; // as `upstreams` names it: an address, or "local"
    TopOf top_of = TopOf::names;
    uint32_t rows = 10;
    std::optional<IpAddress> client = {}; // of the query that is explained
    std::optional<IpAddress> server = {};
    QueryOptions query = {};
    CaptureOptions capture = {};
};

} // namespace fastpath::ctl
