// SPDX-License-Identifier: Apache-2.0
// InterfacePrograms: the programs on the interfaces of the config: put there at the start, put back where they were lost, taken off.
#pragma once

#include "bpf/attachment.h"
#include "bpf/pin_directory.h"
#include "bpf/programs.h"
#include "config/config.h"
#include "util/result.h"

#include <functional>
#include <vector>

namespace fastpath {

class InterfacePrograms {
  public:
    // Both outlive this.
    InterfacePrograms(const Programs &programs, const PinDirectory &pins)
        : programs_(programs), attachments_(pins, programs.map("attachments")) {}

    // On these, in place of an earlier daemon's, and off all others. After a failure some of them are on.
    Result<> attach(const std::vector<InterfaceConfig> &interfaces);

    // An interface that was deleted and made again has lost them. `on_attached` is called for each that has them again.
    void attach_lost(const std::vector<InterfaceConfig> &interfaces, const std::function<void()> &on_attached);

    // Off all. What could not be done.
    std::vector<Error> detach();

    [[nodiscard]] const Attachments &attachments() const { return attachments_; }

  private:
    Result<Attached> attach_to(const InterfaceConfig &interface);
    void detach_where(const std::function<bool(const Attached &)> &unwanted);

    const Programs &programs_;
    Attachments attachments_;
};

} // namespace fastpath
