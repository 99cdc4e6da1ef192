// SPDX-License-Identifier: Apache-2.0
// How long it takes to save a cache of a million answers, and to load it into the maps of another daemon, by the daemon's own
// parts. Ends with 1 where the load takes longer than --limit.
#include "bpf/programs.h"
#include "cache/entry.h"
#include "daemon/snapshot_load.h"
#include "dns/byte_order.h"
#include "harness/scratch_directory.h"
#include "harness/value_or_throw.h"
#include "snapshot/save.h"
#include "unit/response_text.h"
#include "util/clock.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <getopt.h>
#include <poll.h>
#include <stdexcept>

namespace fastpath::test {
namespace {

struct Options {
    uint32_t answers = 1'000'000;
    double limit = 0;           // seconds; 0 = none
    std::filesystem::path file; // empty: one in a folder of its own
};

// A cache in maps of its own, as a daemon has it.
struct Cache {
    explicit Cache(uint32_t answers)
        : key(value_or_throw(new_hash_key())),
          programs(value_or_throw(
              Programs::load({.pin_directory = {}, .bucket_count = bucket_count_for(answers), .hash_key = key}))),
          maps(value_or_throw(AnswerMaps::open(programs.answer_maps()))), table(maps, answers) {}

    HashKey key;
    Programs programs;
    AnswerMaps maps;
    AnswerTable table;
};

// What a mail sender asks for; names of one length, of which the first octets count.
const std::vector<ResponseText> kinds = {
    {.question = "h0000000.mail.example. IN A",
     .answer = {"h0000000.mail.example. 3600 IN A 192.0.2.1", "h0000000.mail.example. 3600 IN A 192.0.2.2"}},
    {.question = "h0000000.mail.example. IN MX",
     .answer = {"h0000000.mail.example. 3600 IN MX 10 mx-a.mail.example.",
                "h0000000.mail.example. 3600 IN MX 20 mx-b.mail.example."}},
    {.question = "h0000000.mail.example. IN AAAA",
     .authority = {"mail.example. 3600 IN SOA ns.mail.example. hostmaster.mail.example. 1 7200 3600 1209600 3600"}},
    {.question = "h0000000.mail.example. IN TXT",
     .answer = {"h0000000.mail.example. 3600 IN TXT \"v=spf1 ip4:192.0.2.0/24 include:_spf.mail.example -all\""}},
};

void fill(Cache &cache, uint32_t answers) {
    std::vector<std::vector<uint8_t>> wires;
    wires.reserve(kinds.size());
    for (const ResponseText &kind : kinds) {
        wires.push_back(to_wire(kind));
    }
    for (uint32_t i = 0; i < answers; i++) {
        std::vector<uint8_t> &wire = wires[i % wires.size()];
        char digits[12] = {};
        std::snprintf(digits, sizeof(digits), "%07u", static_cast<unsigned>(i / wires.size() % 10000000));
        std::copy_n(digits, 7,
                    wire.begin() + FP_DNS_HEADER_LEN + 2); // behind the length and the `h` of the first label
        const Message message = parse_message(wire).value();
        const auto entry =
            build_entry(message, decide(message, 0, {}).value(),
                        {.key = key_of(message.qname, message.qtype, 0, 0, cache.key), .born_ns = monotonic_ns()}, {});
        value_or_throw(cache.table.insert(entry.value(), monotonic_ns()).map([] { return true; }));
    }
}

double seconds_of(const std::function<void()> &work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

snapshot::LoadReport load(Cache &cache, const std::filesystem::path &file) {
    fp_meta meta = {};
    const std::unique_ptr<SnapshotLoad> load = value_or_throw(SnapshotLoad::create(cache.table, meta));
    std::optional<Result<snapshot::LoadReport>> done;
    load->start(UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), file,
                {.policy = {}, .stale_max_age = 86400, .views = {{"default", 0}}, .hash_key = cache.key},
                [&done](const Result<snapshot::LoadReport> &result) { done = result; });
    while (!done) {
        pollfd ready = {.fd = load->poll_fd(), .events = POLLIN, .revents = 0};
        ::poll(&ready, 1, -1);
        load->on_ready();
    }
    return value_or_throw(std::move(*done));
}

int run(const Options &options) {
    const ScratchDirectory scratch;
    const std::filesystem::path file = options.file.empty() ? scratch.path() / "cache.snapshot" : options.file;
    snapshot::Saved saved;
    double save_seconds = 0;
    {
        Cache cache(options.answers);
        fill(cache, options.answers);
        save_seconds = seconds_of([&] {
            saved = value_or_throw(
                snapshot::save_to_file(file, cache.maps, {.views = {{"default", 0}}, .stale_max_age = 86400}));
        });
    }
    Cache next(options.answers);
    snapshot::LoadReport report;
    const double load_seconds = seconds_of([&] { report = load(next, file); });
    std::filesystem::remove(file);
    std::printf("%llu answers, %.1f MiB: saved in %.2f s; %llu loaded in %.2f s\n",
                static_cast<unsigned long long>(saved.answers), static_cast<double>(saved.bytes) / (1 << 20),
                save_seconds, static_cast<unsigned long long>(report.loaded), load_seconds);
    // By the draw of the hash key about one answer in 10,000 finds its bucket full, and takes the place of another.
    const uint64_t displaced = options.answers / 1000 + 1;
    const bool is_whole = saved.answers + displaced > options.answers && report.loaded + displaced > saved.answers;
    return is_whole && (options.limit == 0 || load_seconds <= options.limit) ? 0 : 1;
}

Options parse_options(int argc, char **argv) {
    const option names[] = {{"answers", required_argument, nullptr, 'n'},
                            {"limit", required_argument, nullptr, 'l'},
                            {"file", required_argument, nullptr, 'f'},
                            {}};
    Options options;
    for (int code = 0; (code = ::getopt_long(argc, argv, "", names, nullptr)) != -1;) {
        switch (code) {
        case 'n':
            options.answers = static_cast<uint32_t>(std::strtoul(optarg, nullptr, 10));
            break;
        case 'l':
            options.limit = std::strtod(optarg, nullptr);
            break;
        case 'f':
            options.file = optarg;
            break;
        default:
            throw std::invalid_argument("usage: snapshot_cost [--answers N] [--limit SECONDS] [--file FILE]");
        }
    }
    return options;
}

} // namespace
} // namespace fastpath::test

int main(int argc, char **argv) {
    try {
        return fastpath::test::run(fastpath::test::parse_options(argc, argv));
    } catch (const std::invalid_argument &error) {
        std::fprintf(stderr, "snapshot_cost: %s\n", error.what());
        return 2;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "snapshot_cost: %s\n", error.what());
        return 1;
    }
}
