// SPDX-License-Identifier: Apache-2.0
// What each kind of packet costs, and how that grows with the cache: nanoseconds of CPU by BPF_PROG_TEST_RUN. Not a test: figures
// mean nothing while anything else uses the CPU.
#include "loaded.h"
#include "report.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fnmatch.h>
#include <iterator>
#include <optional>
#include <stdexcept>

namespace fastpath::test {
namespace {

constexpr Amount quick_amount = {.rounds = 5, .repeats = 100'000};

struct Options {
    Amount amount;
    std::vector<uint32_t> sizes = {1'000, 10'000, 100'000, 1'000'000};
    std::string pattern = "*";
    bool as_json = false;
};

bool is_chosen(const Options &options, const std::string &name) {
    return ::fnmatch(options.pattern.c_str(), name.c_str(), 0) == 0;
}

std::vector<Case> chosen_cases(const Options &options, BenchWorld &world) {
    std::vector<Case> chosen;
    for (const auto &group : {floor_cases, hit_cases, miss_cases, choice_cases, answer_cases, pass_cases}) {
        std::vector<Case> cases = group(world);
        std::copy_if(std::make_move_iterator(cases.begin()), std::make_move_iterator(cases.end()),
                     std::back_inserter(chosen), [&](const Case &c) { return is_chosen(options, c.name); });
    }
    return chosen;
}

// The product's own as the daemon loads them, the others with the restore in them.
std::map<Entrance, ProgramSize> sizes_of(const BenchPrograms &programs) {
    const Programs &product = Loaded::instance().programs;
    return {{Entrance::reflect, size_of_program(programs.program(Entrance::reflect))},
            {Entrance::floor, size_of_program(programs.program(Entrance::floor))},
            {Entrance::walk, size_of_program(product.fastpath())},
            {Entrance::learn, size_of_program(product.learn())}};
}

Report measure(const Options &options) {
    Report report = {.amount = options.amount, .programs = {}, .cases = {}, .growth = {}, .rates = {}};
    {
        BenchWorld world;
        if (const std::vector<Case> cases = chosen_cases(options, world); !cases.empty()) {
            BenchPrograms programs;
            report.programs = sizes_of(programs);
            report.cases = measure(programs, cases, options.amount);
        }
    }
    for (const uint32_t size : options.sizes) {
        if (is_chosen(options, growth_name(size))) {
            report.growth.push_back(measure_growth(size, options.amount));
        }
    }
    std::vector<uint32_t> rates = {1'000, 10'000, 100'000};
    std::erase_if(rates, [&](uint32_t rate) { return !is_chosen(options, rate_name(rate)); });
    if (!rates.empty()) {
        report.rates = measure_rates(rates, options.amount.rounds);
    }
    return report;
}

int run_as_told(int argc, char **argv) {
    Options options;
    CLI::App app("What packets cost: CPU time by BPF_PROG_TEST_RUN. Needs root, and a machine that does nothing else.");
    bool is_quick = false;
    bool is_full = false;
    std::optional<uint32_t> rounds;
    std::optional<uint32_t> repeats;
    auto *const quick = app.add_flag("--quick", is_quick, "few rounds, fewer repeats");
    app.add_flag("--full", is_full, "also a cache of 5,000,000 answers")->excludes(quick);
    app.add_flag("--json", options.as_json, "JSON instead of a table");
    app.add_option("--rounds", rounds, "how many")->check(CLI::Range(1, INT32_MAX));
    app.add_option("--repeats", repeats, "of a packet in a round")->check(CLI::Range(1, INT32_MAX));
    app.add_option("--case", options.pattern, "only those whose name this shell pattern matches, as 'hit/*'");
    CLI11_PARSE(app, argc, argv);
    if (is_quick) {
        options.amount = quick_amount;
    }
    options.amount.rounds = rounds.value_or(options.amount.rounds);
    options.amount.repeats = repeats.value_or(options.amount.repeats);
    if (is_full) {
        options.sizes.push_back(5'000'000);
    }
    const Report report = measure(options);
    if (report.cases.empty() && report.growth.empty() && report.rates.empty()) {
        throw std::invalid_argument("no case is called " + options.pattern);
    }
    std::fputs((options.as_json ? as_json(report) : as_table(report)).c_str(), stdout);
    return 0;
}

} // namespace
} // namespace fastpath::test

int main(int argc, char **argv) {
    try {
        return fastpath::test::run_as_told(argc, argv);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "packet_cost: %s\n", error.what());
        return 1;
    }
}
