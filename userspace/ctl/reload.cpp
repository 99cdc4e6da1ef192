// SPDX-License-Identifier: Apache-2.0
#include "ctl/reload.h"

#include "ctl/command.h"
#include "ctl/daemon_process.h"
#include "ctl/pinned.h"
#include "util/clock.h"

#include <csignal>
#include <iostream>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fastpath::ctl {

namespace {

const char *name_of(fp_reload_outcome outcome) {
    switch (outcome) {
    case FP_RELOAD_DONE:
        return "done";
    case FP_RELOAD_REFUSED:
        return "refused";
    case FP_RELOAD_FAILED:
        break;
    }
    return "failed";
}

// The record of a reload that began after `asked_ns`: one that was on its way already may have read the file too early.
Result<ReloadRecord> wait_for_reload(int process, int map_fd, uint64_t asked_ns) {
    constexpr uint64_t patience_ns = 30 * FP_NSEC_PER_SEC; // the largest config takes half a second
    constexpr int pause_ms = 10;
    while (monotonic_ns() < asked_ns + patience_ns) {
        const Result<std::optional<ReloadRecord>> record = read_reload(map_fd);
        if (!record) {
            return tl::unexpected(record.error());
        }
        if (*record && (*record)->began_ns >= asked_ns) {
            return **record;
        }
        pollfd ended = {.fd = process, .events = POLLIN, .revents = 0};
        if (::poll(&ended, 1, pause_ms) == 1) {
            return fail("the daemon ended during the reload; see its log");
        }
    }
    return fail("the daemon was told to reload and has not done so for 30 s; see its log");
}

Result<ReloadRecord> reload_by(const UniqueFd &process, const Pinned &pinned) {
    const Result<UniqueFd> map = pinned.directory.open_map("reload");
    if (!map) {
        return tl::unexpected(map.error());
    }
    const uint64_t asked_ns = monotonic_ns();
    if (::syscall(SYS_pidfd_send_signal, process.get(), SIGHUP, nullptr, 0) != 0) {
        return fail_errno("cannot send SIGHUP to the daemon");
    }
    return wait_for_reload(process.get(), map->get(), asked_ns);
}

Json to_json(const ReloadRecord::Change &change) {
    const std::string separator = ": "; // no key has it
    const size_t at = std::min(change.text.find(separator), change.text.size() - separator.size());
    return {{"key", change.text.substr(0, at)},
            {"change", change.text.substr(at + separator.size())},
            {"applied", change.applied}};
}

} // namespace

void print_reload(std::ostream &stream, const ReloadRecord &record) {
    const size_t changes = record.changes.size() + record.changes_left_out;
    if (changes == 0) {
        stream << "reloaded: nothing has changed\n";
        return;
    }
    stream << "reloaded: " << changes << (changes == 1 ? " change\n" : " changes\n");
    for (const ReloadRecord::Change &change : record.changes) {
        stream << "  " << change.text << (change.applied ? "" : " (takes effect with the next start)") << '\n';
    }
    if (record.changes_left_out != 0) {
        stream << "  and " << record.changes_left_out << " more, which the daemon's log has\n";
    }
}

Json to_json(const ReloadRecord &record) {
    Json changes = Json::array();
    for (const ReloadRecord::Change &change : record.changes) {
        changes.push_back(to_json(change));
    }
    return {{"outcome", name_of(record.outcome)},
            {"reason", record.reason.empty() ? Json(nullptr) : Json(record.reason)},
            {"changes", changes},
            {"changes_left_out", record.changes_left_out}};
}

Result<ExitCode> reload(const Invocation &, Pinned &pinned, Output &output) {
    const Result<std::optional<UniqueFd>> daemon = find_daemon(pinned);
    if (!daemon) {
        return tl::unexpected(daemon.error());
    }
    if (!*daemon) {
        std::cerr << "dns-fastpathctl: the daemon is not running; the config is read when it starts\n";
        return ExitCode::not_running;
    }
    const Result<ReloadRecord> record = reload_by(**daemon, pinned);
    if (!record) {
        return tl::unexpected(record.error());
    }
    const bool done = record->outcome == FP_RELOAD_DONE;
    if (output.json) {
        print_json(output.stream, to_json(*record));
        return done ? ExitCode::fine : ExitCode::failed;
    }
    if (!done) {
        return fail(std::string("reload ") + name_of(record->outcome) + ", the old config stays: " + record->reason);
    }
    print_reload(output.stream, *record);
    return ExitCode::fine;
}

} // namespace fastpath::ctl
