// SPDX-License-Identifier: Apache-2.0
// cache save, cache load. A save reads beside the daemon. A load is a write, and the cache has one writer: the daemon where one
// runs, this process under its lock where none does.
#include "bpf/view_names.h"
#include "ctl/command.h"
#include "ctl/pinned.h"
#include "snapshot/handover.h"
#include "snapshot/reader.h"
#include "snapshot/restore.h"
#include "snapshot/save.h"
#include "util/clock.h"

#include <array>
#include <fcntl.h>
#include <limits>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fastpath::ctl {

namespace {

constexpr const char *standard_stream = "-";

Result<std::map<std::string, uint16_t>> views_of(const Pinned &pinned) {
    return pinned.directory.open_map("views").and_then([](const UniqueFd &map) { return read_view_names(map.get()); });
}

// --- save -------------------------------------------------------------------------------------------------------------

Result<snapshot::Saved> save(const std::string &file, AnswerMaps &answers, const snapshot::SaveSettings &settings) {
    if (file != standard_stream) {
        return snapshot::save_to_file(file, answers, settings);
    }
    if (::isatty(STDOUT_FILENO) == 1) {
        return fail("a snapshot is not for a terminal; name a file, or pipe it");
    }
    return snapshot::save_to(STDOUT_FILENO, "on standard output", answers, settings);
}

// --- load -------------------------------------------------------------------------------------------------------------

// A copy of what can be read only once, such as a pipe: a snapshot is read twice, first to check it.
Result<UniqueFd> copy_of(const UniqueFd &stream, const std::string &name) {
    UniqueFd copy(::memfd_create("snapshot", MFD_CLOEXEC));
    if (!copy) {
        return fail_errno("cannot make a memory file");
    }
    std::array<char, 1 << 16> buffer = {};
    for (;;) {
        const ssize_t got = ::read(stream.get(), buffer.data(), buffer.size());
        if (got < 0) {
            return fail_errno("cannot read " + name);
        }
        if (got == 0) {
            return copy;
        }
        if (::write(copy.get(), buffer.data(), static_cast<size_t>(got)) != got) {
            return fail_errno("cannot keep " + name + " in memory");
        }
    }
}

Result<UniqueFd> open_input(const std::string &file) {
    UniqueFd input(file == standard_stream ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                           : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info = {};
    if (!input || ::fstat(input.get(), &info) != 0) {
        return fail_errno("cannot open " + file);
    }
    return S_ISREG(info.st_mode) ? std::move(input) : copy_of(input, file);
}

// Lifetimes were bounded by the config when they were saved, and the config is not known here.
Result<snapshot::RestoreSettings> restore_settings(const Pinned &pinned) {
    const Result<fp_settings> settings = settings_of(pinned);
    Result<std::map<std::string, uint16_t>> views = views_of(pinned);
    if (!settings || !views) {
        return tl::unexpected(!settings ? settings.error() : views.error());
    }
    constexpr uint32_t longest = std::numeric_limits<int32_t>::max();
    snapshot::RestoreSettings restore = {.policy = {.min_ttl = 0,
                                                    .max_ttl = longest,
                                                    .max_negative_ttl = longest,
                                                    .failure_ttl = longest,
                                                    .payload_size = settings->payload_size},
                                         .stale_max_age = settings->stale_max_age,
                                         .views = std::move(*views),
                                         .hash_key = {}};
    std::copy(std::begin(pinned.meta.hash_key), std::end(pinned.meta.hash_key), restore.hash_key.begin());
    return restore;
}

Result<snapshot::LoadReport> put_all(snapshot::SnapshotReader &reader, const snapshot::Restorer &restorer,
                                     AnswerTable &table) {
    snapshot::LoadReport report = {.answers = reader.answers(), .loaded = 0};
    for (;;) {
        const Result<std::optional<snapshot::Record>> record = reader.next();
        if (!record) {
            return tl::unexpected(record.error());
        }
        if (!*record) {
            return report;
        }
        if (const std::optional<Entry> entry = restorer.entry_of(**record)) {
            const Result<bool> put = snapshot::put(table, *entry, monotonic_ns());
            if (!put) {
                return tl::unexpected(put.error());
            }
            report.loaded += *put ? 1U : 0U;
        }
    }
}

// As the daemon says it of its cache.
Result<> publish(const Pinned &pinned, const AnswerTable &table) {
    return change_meta(pinned, [&table](fp_meta &meta) {
        meta.entries = table.entries();
        meta.memory_bytes = table.memory_bytes();
    });
}

Result<snapshot::LoadReport> load_here(const Pinned &pinned, UniqueFd file, const std::string &name) {
    const Result<PinDirectory> lock = PinDirectory::acquire(pinned.directory.path());
    if (!lock) {
        return tl::unexpected(lock.error());
    }
    Result<snapshot::SnapshotReader> reader = snapshot::SnapshotReader::open(std::move(file), name);
    Result<snapshot::RestoreSettings> settings = restore_settings(pinned);
    Result<AnswerMaps> answers = open_answers(pinned);
    if (!reader || !settings || !answers) {
        return tl::unexpected(!reader ? reader.error() : !settings ? settings.error() : answers.error());
    }
    AnswerTable table(*answers, pinned.meta.max_entries);
    table.set_stale_max_age(settings->stale_max_age);
    const Result<snapshot::Restorer> restorer =
        snapshot::Restorer::create(reader->head(), std::move(*settings),
                                   {.monotonic_ns = monotonic_ns(), .realtime_ns = clock_ns(CLOCK_REALTIME)});
    if (!restorer) {
        return tl::unexpected(restorer.error());
    }
    Result<snapshot::LoadReport> report = put_all(*reader, *restorer, table);
    const Result<> published = publish(pinned, table);
    return published ? report : tl::unexpected(published.error());
}

} // namespace

Result<ExitCode> cache_save(const Invocation &asked, Pinned &pinned, Output &output) {
    const Result<fp_settings> settings = settings_of(pinned);
    Result<std::map<std::string, uint16_t>> views = views_of(pinned);
    Result<AnswerMaps> answers = open_answers(pinned);
    if (!settings || !views || !answers) {
        return tl::unexpected(!settings ? settings.error() : !views ? views.error() : answers.error());
    }
    const Result<snapshot::Saved> saved =
        save(*asked.file, *answers, {.views = std::move(*views), .stale_max_age = settings->stale_max_age});
    if (!saved) {
        return tl::unexpected(saved.error());
    }
    if (*asked.file == standard_stream) {
        return ExitCode::fine; // nothing may follow the snapshot
    }
    if (output.json) {
        print_json(output.stream, {{"file", *asked.file}, {"answers", saved->answers}, {"bytes", saved->bytes}});
    } else {
        output.stream << "saved " << saved->answers << " answers (" << format_bytes(saved->bytes) << ") to "
                      << *asked.file << '\n';
    }
    return ExitCode::fine;
}

Result<ExitCode> cache_load(const Invocation &asked, Pinned &pinned, Output &output) {
    Result<UniqueFd> file = open_input(*asked.file);
    if (!file) {
        return tl::unexpected(file.error());
    }
    const Result<snapshot::LoadReport> report =
        pinned.directory.in_use()
            ? snapshot::request_load(pinned.directory.path(), static_cast<pid_t>(pinned.meta.daemon_pid), *file)
            : load_here(pinned, std::move(*file), *asked.file);
    if (!report) {
        return tl::unexpected(report.error());
    }
    if (output.json) {
        print_json(output.stream, {{"file", *asked.file}, {"answers", report->answers}, {"loaded", report->loaded}});
    } else {
        output.stream << "loaded " << report->loaded << " of " << report->answers << " answers\n";
    }
    return ExitCode::fine;
}

} // namespace fastpath::ctl
