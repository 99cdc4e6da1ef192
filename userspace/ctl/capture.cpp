// SPDX-License-Identifier: Apache-2.0
#include "ctl/capture.h"

#include "bpf/packet_tap.h"
#include "ctl/capture_file.h"
#include "ctl/command.h"
#include "ctl/pinned.h"
#include "util/clock.h"
#include "util/unique_fd.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <poll.h>
#include <sys/signalfd.h>

namespace fastpath::ctl {

namespace {

// Ends a capture, so that it says what it has: Ctrl-C, and who started it. SIGPIPE becomes an error of the write.
Result<UniqueFd> catch_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        sigaddset(&set, number);
    }
    ::signal(SIGPIPE, SIG_IGN);
    UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd || ::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) {
        return fail_errno("cannot wait for signals");
    }
    return fd;
}

std::map<uint32_t, std::string> names_of(const std::vector<Attached> &interfaces) {
    std::map<uint32_t, std::string> names;
    for (const Attached &interface : interfaces) {
        names[interface.ifindex] = interface.record.interface;
    }
    return names;
}

class Capture {
  public:
    Capture(const CaptureOptions &options, CaptureFile file) : options_(options), file_(std::move(file)) {}

    Result<> run(const Pinned &pinned) {
        const Result<UniqueFd> signals = catch_signals();
        Result<> opened = signals ? open_tap(pinned) : tl::unexpected(signals.error());
        if (!opened) {
            return opened;
        }
        std::cerr << "capturing to " << options_.file << "; Ctrl-C ends it\n";
        const uint64_t end_ns = options_.seconds ? monotonic_ns() + *options_.seconds * FP_NSEC_PER_SEC : UINT64_MAX;
        Result<> done;
        for (bool goes_on = true; done && goes_on;) {
            goes_on = wait(signals->get(), end_ns) && monotonic_ns() < end_ns;
            done = tap_->consume();
            done = done ? file_.flush() : done;
            goes_on = goes_on && !is_complete();
        }
        return done;
    }

    [[nodiscard]] uint64_t packets() const { return packets_; }
    [[nodiscard]] uint64_t above_rate() const { return tap_ ? tap_->above_rate() : 0; }
    [[nodiscard]] uint64_t lost() const { return tap_ ? tap_->lost() : 0; }

  private:
    Result<> open_tap(const Pinned &pinned) {
        const Result<UniqueFd> capture = pinned.directory.open_map("capture");
        Result<UniqueFd> captured = pinned.directory.open_map("captured");
        if (!capture || !captured) {
            return tl::unexpected(!capture ? capture.error() : captured.error());
        }
        Result<std::unique_ptr<PacketTap>> tap =
            PacketTap::open(capture->get(), std::move(*captured), options_.filter,
                            [this](const fp_captured &head, std::span<const uint8_t> octets) { add(head, octets); });
        if (!tap) {
            return tl::unexpected(tap.error());
        }
        tap_ = std::move(*tap);
        return {};
    }

    // The count ends before the packet that comes next, so that the last one has what became of it.
    void add(const fp_captured &head, std::span<const uint8_t> octets) {
        const bool is_new = head.is_leaving == 0;
        is_over_ = is_over_ || (is_new && is_complete());
        if (!is_over_) {
            packets_ += is_new ? 1 : 0;
            file_.add(head, octets);
        }
    }

    [[nodiscard]] bool is_complete() const { return options_.count && packets_ >= *options_.count; }

    // At most a second. False where a signal has come.
    [[nodiscard]] bool wait(int signals, uint64_t end_ns) const {
        constexpr uint64_t ns_per_ms = 1'000'000;
        constexpr uint64_t longest_ms = 1000;
        const uint64_t left_ms = (end_ns - std::min(end_ns, monotonic_ns())) / ns_per_ms + 1;
        std::array<pollfd, 2> fds = {
            {{.fd = signals, .events = POLLIN, .revents = 0}, {.fd = tap_->poll_fd(), .events = POLLIN, .revents = 0}}};
        ::poll(fds.data(), fds.size(), static_cast<int>(std::min(left_ms, longest_ms)));
        return fds.front().revents == 0;
    }

    const CaptureOptions &options_;
    CaptureFile file_;
    std::unique_ptr<PacketTap> tap_;
    uint64_t packets_ = 0;
    bool is_over_ = false;
};

// As tcpdump does: beside the packets, which may go to standard output.
void print_summary(const Capture &capture, Output &output) {
    if (output.json) {
        print_json(output.stream,
                   {{"packets", capture.packets()}, {"above_rate", capture.above_rate()}, {"lost", capture.lost()}});
        return;
    }
    std::cerr << capture.packets() << " packets captured, each with what became of it\n"
              << capture.above_rate() << " left out: above --rate\n"
              << capture.lost() << " records lost: not read in time\n";
}

} // namespace

Result<ExitCode> capture(const Invocation &asked, Pinned &pinned, Output &output) {
    const Result<std::vector<Attached>> interfaces = attachments_of(pinned);
    if (!interfaces) {
        return tl::unexpected(interfaces.error());
    }
    if (std::none_of(interfaces->begin(), interfaces->end(), [](const Attached &one) { return one.live; })) {
        return fail("no interface is attached, so there is nothing to see; see `dns-fastpathctl status`");
    }
    Result<CaptureFile> file = CaptureFile::create(asked.capture.file, names_of(*interfaces));
    if (!file) {
        return tl::unexpected(file.error());
    }
    Capture capture(asked.capture, std::move(*file));
    const Result<> done = capture.run(pinned);
    if (!done) {
        return tl::unexpected(done.error());
    }
    print_summary(capture, output);
    return ExitCode::fine;
}

} // namespace fastpath::ctl
