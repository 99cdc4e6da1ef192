// SPDX-License-Identifier: Apache-2.0
// Putting the programs on an interface and taking them off again: XDP by a pinned link, TC by a filter of our own handle.
// What was done is written into the pinned map `attachments`, so that whoever comes later undoes exactly that.
#pragma once

#include "bpf/pin_directory.h"
#include "util/result.h"

#include <dns_fastpath/config.h>
#include <string>
#include <vector>

namespace fastpath {

enum class AttachMode { automatic, native, generic };

struct Attached {
    uint32_t ifindex;
    fp_attachment record;
    bool live = true; // the kernel still has both programs on that interface
};

class Attachments {
  public:
    // `map_fd` is the map `attachments`; it and the directory outlive this.
    Attachments(const PinDirectory &pins, int map_fd) : pins_(pins), map_fd_(map_fd) {}

    struct ProgramDescriptors {
        int fastpath;
        int learn;
    };

    // Replaces the programs of an earlier daemon without a gap, or attaches anew.
    Result<Attached> attach(const std::string &interface, AttachMode mode, const ProgramDescriptors &programs);

    // Takes the programs off; what is not there any more is no error.
    Result<> detach(const Attached &attached);

    [[nodiscard]] std::vector<Attached> list() const;

  private:
    struct Xdp {
        uint32_t mode;
        bool created; // by this call, and not taken over from an earlier daemon
    };

    [[nodiscard]] std::filesystem::path link_pin(const std::string &interface) const;
    Result<Xdp> attach_xdp(const std::string &interface, uint32_t ifindex, AttachMode mode, int program) const;
    Result<> detach_xdp(const std::string &interface) const;
    [[nodiscard]] bool replace_xdp(const std::string &interface, uint32_t ifindex, AttachMode mode, int program) const;
    Result<> attach_tc(uint32_t ifindex, int program, fp_attachment &record) const;

    const PinDirectory &pins_;
    int map_fd_;
};

} // namespace fastpath
