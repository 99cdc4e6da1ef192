// SPDX-License-Identifier: Apache-2.0
#include "ctl/top.h"

#include "bpf/sample_map.h"
#include "ctl/command.h"
#include "ctl/pinned.h"
#include "util/clock.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace fastpath::ctl {

namespace {

constexpr const char *unread = "(question not read)";

std::string rounded(double number) {
    std::array<char, 32> text = {};
    std::snprintf(text.data(), text.size(), number < 10 ? "%.1f" : "%.0f", number);
    return text.data();
}

const char *title_of(TopOf what) {
    return what == TopOf::names ? "NAME" : what == TopOf::clients ? "CLIENT" : "TYPE";
}

const char *member_of(TopOf what) {
    return what == TopOf::names ? "name" : what == TopOf::clients ? "client" : "type";
}

std::string interval_of(const TopRow &row) {
    return row.share_low == row.share_high ? "exact"
                                           : format_share(row.share_low) + " - " + format_share(row.share_high);
}

Row row_of(const TopRow &row, TopOf what) {
    Row cells = {rounded(row.queries_per_second), format_share(row.share), interval_of(row),
                 format_share(row.hit_ratio)};
    if (what == TopOf::names) {
        cells.emplace_back(row.qtype.empty() ? "-" : row.qtype);
    }
    cells.emplace_back(row.subject.empty() ? unread : row.subject);
    return cells;
}

} // namespace

// What may be long stands last.
void print_top(Output &output, const Top &top, TopOf what) {
    if (top.rows.empty()) {
        output.stream << "no queries in the last minute\n";
        return;
    }
    output.stream << "in the last " << rounded(top.window_seconds) << " s: " << rounded(top.queries_per_second)
                  << " queries/s, estimated from " << top.samples
                  << " samples; the true share lies in the interval in 95 of "
                  << "100 cases\n\n";
    std::vector<Row> rows = {{"Q/S", "SHARE", "INTERVAL", "HITS"}};
    if (what == TopOf::names) {
        rows.front().emplace_back("TYPE");
    }
    rows.front().emplace_back(title_of(what));
    for (const TopRow &row : top.rows) {
        rows.push_back(row_of(row, what));
    }
    print_table(output, rows);
}

Json to_json(const Top &top, TopOf what) {
    Json rows = Json::array();
    for (const TopRow &row : top.rows) {
        Json json = {{member_of(what), row.subject.empty() ? Json(nullptr) : Json(row.subject)}};
        if (what == TopOf::names) {
            json["type"] = row.qtype.empty() ? Json(nullptr) : Json(row.qtype);
        }
        json["queries_per_second"] = row.queries_per_second;
        json["share"] = row.share;
        json["share_low"] = row.share_low;
        json["share_high"] = row.share_high;
        json["hit_ratio"] = row.hit_ratio;
        json["samples"] = row.samples;
        rows.push_back(std::move(json));
    }
    return {{"window_seconds", top.window_seconds},
            {"queries_per_second", top.queries_per_second},
            {"samples", top.samples},
            {"confidence", 0.95},
            {"rows", rows}};
}

Result<ExitCode> show_top(const Invocation &asked, Pinned &pinned, Output &output) {
    const Result<UniqueFd> samples = pinned.directory.open_map("samples");
    const Result<UniqueFd> sampled = pinned.directory.open_map("sampled");
    if (!samples || !sampled) {
        return tl::unexpected(!samples ? samples.error() : sampled.error());
    }
    const Result<SampleMap> map = SampleMap::open(samples->get(), sampled->get());
    if (!map) {
        return tl::unexpected(map.error());
    }
    const uint64_t now = monotonic_ns();
    const Top top = top_of(map->read(now - std::min(now, top_look_back_ns)), asked.top_of, asked.rows, now);
    if (output.json) {
        print_json(output.stream, to_json(top, asked.top_of));
    } else {
        print_top(output, top, asked.top_of);
    }
    return ExitCode::fine;
}

} // namespace fastpath::ctl
