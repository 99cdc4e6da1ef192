// SPDX-License-Identifier: Apache-2.0
// CaptureFile: packets of a tap as a pcapng file, or on standard output.
#pragma once

#include "util/result.h"

#include <cstdint>
#include <cstdio>
#include <dns_fastpath/capture.h>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace fastpath::ctl {

class CaptureFile {
  public:
    // Only its owner may read it: it shows who asks for what. "-" is standard output. `interfaces` are names by number.
    static Result<CaptureFile> create(const std::string &path, std::map<uint32_t, std::string> interfaces);

    void add(const fp_captured &head, std::span<const uint8_t> octets);
    // Hands over what was added; an error where the reader has gone or the disk is full.
    Result<> flush();

  private:
    struct Close {
        void operator()(std::FILE *file) const;
    };

    CaptureFile(std::string path, std::map<uint32_t, std::string> interfaces);
    void write(const std::string &block);
    uint32_t number_of(uint32_t ifindex);

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::map<uint32_t, std::string> interfaces_;
    std::map<uint32_t, uint32_t> numbers_; // in the file, by number of the interface
    uint64_t clock_offset_ns_;             // from CLOCK_MONOTONIC to the time of day
    int error_ = 0;
};

} // namespace fastpath::ctl
