// SPDX-License-Identifier: Apache-2.0
#include "ctl/terminal.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace fastpath::ctl {

namespace {

const char *escape_of(Tone tone) {
    switch (tone) {
    case Tone::good:
        return "\033[32m";
    case Tone::bad:
        return "\033[31m";
    case Tone::plain:
        break;
    }
    return "";
}

std::string painted(const Cell &cell, bool colour) {
    return colour && cell.tone != Tone::plain ? escape_of(cell.tone) + cell.text + "\033[0m" : cell.text;
}

std::vector<size_t> column_widths(const std::vector<Row> &rows) {
    std::vector<size_t> widths;
    for (const Row &row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (size_t column = 0; column < row.size(); column++) {
            widths[column] = std::max(widths[column], row[column].text.size());
        }
    }
    return widths;
}

std::string with_one_decimal(double number, const char *unit) {
    std::array<char, 32> text = {};
    std::snprintf(text.data(), text.size(), "%.1f %s", number, unit);
    return text.data();
}

// A client chooses names, so not every string need be UTF-8; what is not is replaced.
std::string dumped(const Json &json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

} // namespace

bool wants_colour(int fd) {
    const char *const no_color = std::getenv("NO_COLOR");
    const char *const term = std::getenv("TERM");
    const bool forbidden = no_color != nullptr && *no_color != '\0';
    return !forbidden && term != nullptr && std::string_view(term) != "dumb" && ::isatty(fd) == 1;
}

void print_table(Output &output, const std::vector<Row> &rows) {
    const std::vector<size_t> widths = column_widths(rows);
    for (const Row &row : rows) {
        for (size_t column = 0; column < row.size(); column++) {
            const bool last = column + 1 == row.size();
            output.stream << painted(row[column], output.colour);
            output.stream << std::string(last ? 0 : widths[column] - row[column].text.size() + 2, ' ');
        }
        output.stream << '\n';
    }
}

void print_json(std::ostream &stream, const Json &json) {
    stream << dumped(json, 2) << '\n';
}

void print_json_line(std::ostream &stream, const Json &json) {
    stream << dumped(json, -1);
}

std::string format_bytes(uint64_t bytes) {
    constexpr std::array units = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) {
        return std::to_string(bytes) + " B";
    }
    size_t unit = 0;
    double number = static_cast<double>(bytes) / 1024;
    for (; number >= 1024 && unit + 1 < units.size(); unit++) {
        number /= 1024;
    }
    return with_one_decimal(number, units[unit]);
}

std::string format_uptime(uint64_t seconds) {
    const auto pair = [](uint64_t large, const char *large_unit, uint64_t small, const char *small_unit) {
        return std::to_string(large) + large_unit + std::to_string(small) + small_unit;
    };
    constexpr uint64_t minute = 60;
    constexpr uint64_t hour = 60 * minute;
    constexpr uint64_t day = 24 * hour;
    if (seconds >= day) {
        return pair(seconds / day, " d ", seconds % day / hour, " h");
    }
    if (seconds >= hour) {
        return pair(seconds / hour, " h ", seconds % hour / minute, " min");
    }
    return seconds >= minute ? pair(seconds / minute, " min ", seconds % minute, " s") : std::to_string(seconds) + " s";
}

std::string format_milliseconds(uint64_t microseconds) {
    return with_one_decimal(static_cast<double>(microseconds) / 1000, "ms");
}

std::string format_share(double share) {
    return with_one_decimal(share * 100, "%");
}

} // namespace fastpath::ctl
