// SPDX-License-Identifier: Apache-2.0
// Explainer: runs a packet through the program `explain`, which says what `fastpath` would do with it and changes nothing.
#pragma once

#include "bpf/pin_directory.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <cstdint>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/explain.h>
#include <span>
#include <string_view>
#include <vector>

namespace fastpath {

class Explainer {
  public:
    static constexpr std::string_view program_name = "explain";
    static constexpr std::string_view map_name = "explanation";

    struct Explained {
        fp_outcome outcome;
        fp_explanation record; // of the last run: one explainer at a time
        std::vector<std::uint8_t> packet;
    };

    // What a daemon has pinned, whether it runs or not.
    static Result<Explainer> open(const PinDirectory &pins);
    // The program and the map `explanation`.
    Explainer(UniqueFd program, UniqueFd map) : program_(std::move(program)), map_(std::move(map)) {}

    // `frame` is a whole Ethernet frame as it would come in by that interface; 0 = lo.
    [[nodiscard]] Result<Explained> run(std::span<const std::uint8_t> frame, std::uint32_t ifindex) const;

  private:
    UniqueFd program_;
    UniqueFd map_;
};

} // namespace fastpath
