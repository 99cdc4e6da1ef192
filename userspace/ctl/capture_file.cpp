// SPDX-License-Identifier: Apache-2.0
#include "ctl/capture_file.h"

#include "bpf/counter_map.h"
#include "ctl/pcapng.h"
#include "ctl/verdict.h"
#include "util/clock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fastpath::ctl {

namespace {

int open_output(const std::string &path) {
    return path == "-" ? ::dup(STDOUT_FILENO)
                       : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

const char *outcome_name(uint32_t outcome) {
    return outcome < outcome_names.size() ? outcome_names[outcome].name : "unknown"; // of a later version
}

} // namespace

void CaptureFile::Close::operator()(std::FILE *file) const {
    std::fclose(file);
}

CaptureFile::CaptureFile(std::string path, std::map<uint32_t, std::string> interfaces)
    : path_(std::move(path)), interfaces_(std::move(interfaces)),
      clock_offset_ns_(clock_ns(CLOCK_REALTIME) - monotonic_ns()) {}

Result<CaptureFile> CaptureFile::create(const std::string &path, std::map<uint32_t, std::string> interfaces) {
    CaptureFile file(path, std::move(interfaces));
    const int fd = open_output(path);
    if (fd < 0) {
        return fail_errno("cannot write " + path);
    }
    file.file_.reset(::fdopen(fd, "wb"));
    file.write(pcapng_header());
    if (const Result<> begun = file.flush(); !begun) {
        return tl::unexpected(begun.error());
    }
    return file;
}

void CaptureFile::add(const fp_captured &head, std::span<const uint8_t> octets) {
    const char *const side = head.is_leaving != 0 ? ", as it left" : ", as it came";
    const std::string comment = std::string(outcome_name(head.outcome)) + ": " + verdict_name(head.verdict) + side;
    write(pcapng_packet({.interface = number_of(head.ifindex),
                         .time_ns = head.seen_ns + clock_offset_ns_,
                         .len = head.len,
                         .is_leaving = head.is_leaving != 0,
                         .xdp_verdict = head.verdict,
                         .comment = comment},
                        octets));
}

// An interface is written down when its first packet is.
uint32_t CaptureFile::number_of(uint32_t ifindex) {
    const auto [place, is_new] = numbers_.emplace(ifindex, static_cast<uint32_t>(numbers_.size()));
    if (is_new) {
        const auto name = interfaces_.find(ifindex);
        write(pcapng_interface(name != interfaces_.end() ? name->second : "if" + std::to_string(ifindex),
                               FP_CAPTURE_SNAP_LEN));
    }
    return place->second;
}

void CaptureFile::write(const std::string &block) {
    if (error_ == 0 && std::fwrite(block.data(), 1, block.size(), file_.get()) != block.size()) {
        error_ = errno;
    }
}

Result<> CaptureFile::flush() {
    if (error_ == 0 && std::fflush(file_.get()) != 0) {
        error_ = errno;
    }
    if (error_ != 0) {
        return fail_errno("cannot write " + (path_ == "-" ? "to standard output" : path_), error_);
    }
    return {};
}

} // namespace fastpath::ctl
