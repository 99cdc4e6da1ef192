// SPDX-License-Identifier: Apache-2.0
// Pinned: the pins of a daemon that runs or once ran, as all commands find them.
#pragma once

#include "bpf/answer_maps.h"
#include "bpf/pin_directory.h"
#include "util/result.h"

#include <dns_fastpath/abi.h>
#include <dns_fastpath/counters.h>
#include <filesystem>
#include <optional>

namespace fastpath::ctl {

struct Pinned {
    PinDirectory directory;
    fp_meta meta;
};

// nullopt where nothing is pinned.
Result<std::optional<Pinned>> open_pinned(const std::filesystem::path &path);

Result<fp_counters> open_counters(const Pinned &pinned);
Result<AnswerMaps> open_answers(const Pinned &pinned);

// CLOCK_MONOTONIC, the clock of all times in the maps.
uint64_t monotonic_ns();

} // namespace fastpath::ctl
