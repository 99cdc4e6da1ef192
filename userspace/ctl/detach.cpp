// SPDX-License-Identifier: Apache-2.0
// detach: the way out when something is wrong. Takes the programs off at once; where no daemon runs, the pins and what it has
// left in the firewall go as well.
#include "bpf/attachment.h"
#include "conntrack/notrack.h"
#include "conntrack/notrack_rules.h"
#include "ctl/command.h"
#include "ctl/pinned.h"

#include <string>
#include <vector>

namespace fastpath::ctl {

namespace {

struct DetachReport {
    std::vector<std::string> detached;
    std::vector<std::string> failures;
    bool daemon_running = false;
    bool pins_removed = false;
};

void detach_all(const Pinned &pinned, int attachments_fd, DetachReport &report) {
    Attachments attachments(pinned.directory, attachments_fd);
    for (const Attached &attached : attachments.list()) {
        if (const Result<> done = attachments.detach(attached); done) {
            report.detached.emplace_back(attached.record.interface);
        } else {
            report.failures.push_back(done.error().message);
        }
    }
}

// Under the lock of the daemon, so that none starts on pins that go away.
void remove_pins(const Pinned &pinned, DetachReport &report) {
    const Result<> removed = PinDirectory::acquire(pinned.directory.path()).and_then([](PinDirectory directory) {
        return directory.remove();
    });
    report.pins_removed = removed.has_value();
    if (!removed) {
        report.failures.push_back(removed.error().message);
    }
}

// A daemon that was killed has left its firewall rules as well.
void remove_notrack(const Pinned &pinned, DetachReport &report) {
    Result<Notrack> notrack = Notrack::create(notrack_table(pinned.directory.path()));
    const Result<> removed = notrack ? notrack->remove() : Result<>(); // without nftables there can be none
    if (!removed) {
        report.failures.push_back(removed.error().message);
    }
}

void print_report(std::ostream &stream, const Pinned &pinned, const DetachReport &report) {
    for (const std::string &interface : report.detached) {
        stream << interface << ": detached\n";
    }
    if (report.detached.empty() && report.failures.empty()) {
        stream << "no interface was attached\n";
    }
    if (report.daemon_running) {
        stream << "the daemon (pid " << pinned.meta.daemon_pid
               << ") keeps running without its programs; stop it, or restart it to attach again\n";
    } else if (report.pins_removed) {
        stream << "removed the pins in " << pinned.directory.path().string() << ", and the cache with them\n";
    }
    for (const std::string &failure : report.failures) {
        stream << "failed: " << failure << '\n';
    }
}

Json to_json(const DetachReport &report) {
    return {{"detached", report.detached},
            {"failures", report.failures},
            {"daemon_running", report.daemon_running},
            {"pins_removed", report.pins_removed}};
}

} // namespace

Result<ExitCode> detach(const Invocation &, Pinned &pinned, Output &output) {
    const Result<UniqueFd> map = pinned.directory.open_map("attachments");
    if (!map) {
        return tl::unexpected(map.error());
    }
    DetachReport report;
    report.daemon_running = pinned.directory.in_use();
    detach_all(pinned, map->get(), report);
    // Pins are how a second try finds what the first could not take off.
    if (!report.daemon_running && report.failures.empty()) {
        remove_notrack(pinned, report);
        remove_pins(pinned, report);
    }
    if (output.json) {
        print_json(output.stream, to_json(report));
    } else {
        print_report(output.stream, pinned, report);
    }
    return report.failures.empty() ? ExitCode::fine : ExitCode::failed;
}

} // namespace fastpath::ctl
