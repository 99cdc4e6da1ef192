// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

namespace fastpath::test {
namespace {

using Json = nlohmann::ordered_json;

const char *name_of(Entrance entrance) {
    switch (entrance) {
    case Entrance::restore:
    case Entrance::restore_skb:
        return "restore";
    case Entrance::reflect:
        return "reflector";
    case Entrance::floor:
        return "floor";
    case Entrance::walk:
        return "fastpath";
    case Entrance::learn:
        return "learn";
    }
    return "";
}

Spread cost_of(const CaseResult &result) {
    return spread_of(result.rounds, [](const Round &round) { return round.cost; });
}

Spread floors_of(const CaseResult &result) {
    return spread_of(result.rounds, [](const Round &round) { return round.cost / round.floor; });
}

std::string text_of(const Spread &spread, int decimals = 0) {
    return fmt::format("{:.{}f} ({:.{}f}-{:.{}f})", spread.median, decimals, spread.least, decimals, spread.most,
                       decimals);
}

std::string table_of_cases(const Report &report) {
    std::string text = fmt::format("{:<20} {:>5} {:>5}  {:<22} {:<18} {:<9} {:>9} {:>7}\n", "case", "in", "out",
                                   "ns (least-most)", "times the floor", "program", "verified", "jited");
    for (const CaseResult &result : report.cases) {
        const ProgramSize &size = report.programs.at(result.entrance);
        text += fmt::format("{:<20} {:>5} {:>5}  {:<22} {:<18} {:<9} {:>9} {:>7}\n", result.name, result.size,
                            result.size_after, text_of(cost_of(result)),
                            result.has_floor ? text_of(floors_of(result), 2) : "-", name_of(result.entrance),
                            size.verified_instructions, size.jited_octets);
    }
    return text;
}

std::string table_of_fills(const Report &report) {
    std::string text =
        fmt::format("{:<16} {:>12} {:>9} {:>14} {:>9}\n", "cache", "octets each", "fills/s", "when full", "sweep ms");
    for (const GrowthResult &result : report.growth) {
        text += fmt::format("{:<16} {:>12.0f} {:>9.0f} {:>14.0f} {:>9.1f}\n", result.name, result.octets_per_entry,
                            result.fills_per_second, result.full_fills_per_second, 1000 * result.sweep_seconds);
    }
    return text;
}

std::string table_of_hits(const Report &report) {
    std::string text = fmt::format("{:<16} {:<17} {:<17} {:<17} {:<17} {:<18} {}\n", "cache", "cold load ns", "hot ns",
                                   "Zipf ns", "uniform ns", "Zipf / hot", "uniform / cold load");
    for (const GrowthResult &result : report.growth) {
        const auto column = [&result](auto figure, int decimals) {
            return text_of(spread_of(result.rounds, figure), decimals);
        };
        text += fmt::format("{:<16} {:<17} {:<17} {:<17} {:<17} {:<18} {}\n", result.name,
                            column([](const GrowthRound &r) { return r.cold_load; }, 0),
                            column([](const GrowthRound &r) { return r.hot; }, 0),
                            column([](const GrowthRound &r) { return r.zipf; }, 0),
                            column([](const GrowthRound &r) { return r.uniform; }, 0),
                            column([](const GrowthRound &r) { return r.zipf / r.hot; }, 2),
                            column([](const GrowthRound &r) { return r.uniform / r.cold_load; }, 2));
    }
    return text;
}

std::string table_of_rates(const Report &report) {
    std::string text = fmt::format("{:<16} {:<28} {}\n", "packets/s", "reflector and restore ns", "hit ns");
    for (const RateResult &result : report.rates) {
        text += fmt::format("{:<16} {:<28} {}\n", result.name,
                            text_of(spread_of(result.rounds, [](const RateRound &r) { return r.reflector; })),
                            text_of(spread_of(result.rounds, [](const RateRound &r) { return r.hit; })));
    }
    return text;
}

// More would only be noise.
double hundredths(double figure) {
    return std::round(figure * 100) / 100;
}

Json json_of(const Spread &spread) {
    return {
        {"median", hundredths(spread.median)}, {"least", hundredths(spread.least)}, {"most", hundredths(spread.most)}};
}

Json json_of(const CaseResult &result, const ProgramSize &size) {
    Json row = {
        {"case", result.name},
        {"octets_in", result.size},
        {"octets_out", result.size_after},
        {"ns", json_of(cost_of(result))},
        {"restore_ns", json_of(spread_of(result.rounds, [](const Round &round) { return round.restore; }))},
        {"program", name_of(result.entrance)},
        {"verified_instructions", size.verified_instructions},
        {"jited_octets", size.jited_octets},
    };
    if (result.has_floor) {
        row["floor_ns"] = json_of(spread_of(result.rounds, [](const Round &round) { return round.floor; }));
        row["times_floor"] = json_of(floors_of(result));
    }
    return row;
}

Json json_of(const GrowthResult &result) {
    const auto figure = [&result](auto of_round) { return json_of(spread_of(result.rounds, of_round)); };
    return {
        {"case", result.name},
        {"entries", result.entries},
        {"octets_per_entry", hundredths(result.octets_per_entry)},
        {"fills_per_second", hundredths(result.fills_per_second)},
        {"full_fills_per_second", hundredths(result.full_fills_per_second)},
        {"sweep_ms", hundredths(1000 * result.sweep_seconds)},
        {"cold_load_ns", figure([](const GrowthRound &r) { return r.cold_load; })},
        {"hot_ns", figure([](const GrowthRound &r) { return r.hot; })},
        {"zipf_ns", figure([](const GrowthRound &r) { return r.zipf; })},
        {"uniform_ns", figure([](const GrowthRound &r) { return r.uniform; })},
        {"zipf_by_hot", figure([](const GrowthRound &r) { return r.zipf / r.hot; })},
        {"uniform_by_cold_load", figure([](const GrowthRound &r) { return r.uniform / r.cold_load; })},
    };
}

Json json_of(const RateResult &result) {
    const auto figure = [&result](auto of_round) { return json_of(spread_of(result.rounds, of_round)); };
    return {
        {"case", result.name},
        {"per_second", result.per_second},
        {"reflector_and_restore_ns", figure([](const RateRound &r) { return r.reflector; })},
        {"hit_ns", figure([](const RateRound &r) { return r.hit; })},
    };
}

} // namespace

std::string as_table(const Report &report) {
    std::string text = fmt::format("CPU ns for a packet without the restore: median (least-most) of {} rounds\n",
                                   report.amount.rounds);
    if (!report.cases.empty()) {
        text += "\n" + table_of_cases(report);
    }
    if (!report.growth.empty()) {
        text += "\n" + table_of_fills(report) + "\n" + table_of_hits(report);
    }
    if (!report.rates.empty()) {
        text += "\n" + table_of_rates(report);
    }
    return text;
}

std::string as_json(const Report &report) {
    Json json = {{"rounds", report.amount.rounds},
                 {"repeats", report.amount.repeats},
                 {"cases", Json::array()},
                 {"growth", Json::array()},
                 {"rates", Json::array()}};
    for (const CaseResult &result : report.cases) {
        json["cases"].push_back(json_of(result, report.programs.at(result.entrance)));
    }
    for (const GrowthResult &result : report.growth) {
        json["growth"].push_back(json_of(result));
    }
    for (const RateResult &result : report.rates) {
        json["rates"].push_back(json_of(result));
    }
    return json.dump(2) + "\n";
}

} // namespace fastpath::test
