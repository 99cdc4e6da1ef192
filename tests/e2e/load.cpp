// SPDX-License-Identifier: Apache-2.0
#include "e2e/load.h"

#include "e2e/counters.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

namespace fastpath::test {
namespace {

// EDNS without DO and without AD, as most resolver libraries ask.
Command dnsperf(const std::filesystem::path &questions, const Command &more) {
    Command command = {"dnsperf", "-s", Lab::resolver4, "-d", questions, "-e", "-t", "2"};
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

std::filesystem::path hot_names(const Lab &lab) {
    return lab.state() / "zones/hot.queries";
}

std::filesystem::path write_questions(const Lab &lab, const std::vector<std::string> &questions) {
    std::filesystem::path path = lab.state() / "load.queries";
    std::ofstream file(path);
    for (const std::string &question : questions) {
        file << question << '\n';
    }
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + path.string());
    }
    return path;
}

// Clients do not wait for each other: with dnsperf's limit of 100 open queries, some that stay unanswered would hold up all others.
Command at_rate(unsigned queries_per_second, unsigned seconds) {
    return {"-l", std::to_string(seconds), "-Q", std::to_string(queries_per_second), "-c", "4", "-q", "20000"};
}

std::string field(const std::string &text, const std::string &pattern) {
    std::smatch match;
    if (!std::regex_search(text, match, std::regex(pattern))) {
        throw std::runtime_error("no " + pattern + " in: " + text);
    }
    return match[1];
}

LoadReport parse_report(const std::string &text) {
    return {.sent = std::stoull(field(text, "Queries sent: +([0-9]+)")),
            .lost = std::stoull(field(text, "Queries lost: +([0-9]+)"))};
}

Command kxdpgun_command(const std::filesystem::path &questions, unsigned rate, unsigned seconds) {
    return {"kxdpgun", "-Q", std::to_string(rate), "-t", std::to_string(seconds), "-i", questions, Lab::resolver4};
}

LoadReport kxdpgun(const Lab &lab, const std::filesystem::path &questions, unsigned rate, unsigned seconds) {
    const std::string text = lab.must_run(Machine::client, kxdpgun_command(questions, rate, seconds));
    const uint64_t sent = std::stoull(field(text, "total queries: +([0-9]+)"));
    const uint64_t received = std::stoull(field(text, "total replies: +([0-9]+)"));
    return {.sent = sent, .lost = sent - received};
}

} // namespace

// A socket's buffer holds some 50 answers that XDP sent, because each of them occupies a page; hence at most 20 at a time.
LoadReport ask_hot_names(const Lab &lab) {
    return parse_report(lab.must_run(Machine::client, dnsperf(hot_names(lab), {"-n", "1", "-q", "20"})));
}

LoadReport ask_hot_names_by_kxdpgun(const Lab &lab) {
    return kxdpgun(lab, hot_names(lab), 2000, 1);
}

LoadReport ask_from_many_ports(const Lab &lab, unsigned queries_per_second, unsigned seconds,
                               const std::vector<std::string> &questions) {
    return kxdpgun(lab, write_questions(lab, questions), queries_per_second, seconds);
}

Process start_load_from_many_ports(const Lab &lab, unsigned queries_per_second, unsigned seconds,
                                   const std::vector<std::string> &questions) {
    return lab.start(Machine::client, kxdpgun_command(write_questions(lab, questions), queries_per_second, seconds));
}

void learn_hot_names(const Lab &lab) {
    const bool learned = eventually([&] {
        const double before = metrics(lab).fastpath("cache_fills_total");
        ask_hot_names(lab);
        settle(lab);
        return metrics(lab).fastpath("cache_fills_total") == before;
    });
    if (!learned) {
        throw std::runtime_error("there is always a hot name that was not in the cache");
    }
}

Load::Load(const Lab &lab, unsigned queries_per_second, unsigned seconds)
    : process_(lab.start(Machine::client, dnsperf(hot_names(lab), at_rate(queries_per_second, seconds)))) {}

Load::Load(const Lab &lab, unsigned queries_per_second, unsigned seconds, const std::vector<std::string> &questions)
    : process_(
          lab.start(Machine::client, dnsperf(write_questions(lab, questions), at_rate(queries_per_second, seconds)))) {}

Load Load::of_hits(const Lab &lab, unsigned queries_per_second) {
    constexpr unsigned longest = 120; // seconds
    Command command = dnsperf(hot_names(lab), at_rate(queries_per_second, longest));
    command.insert(command.end(), {"-c", "100"}); // the last one counts
    return Load(lab.start(Machine::client, command));
}

LoadReport Load::report() {
    if (!process_.wait(std::chrono::seconds(60))) {
        throw std::runtime_error("dnsperf does not end");
    }
    return parse_report(process_.output());
}

} // namespace fastpath::test
