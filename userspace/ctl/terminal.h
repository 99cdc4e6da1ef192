// SPDX-License-Identifier: Apache-2.0
// Output for people: aligned tables, colours, numbers with units. And the one way in which JSON is printed.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace fastpath::ctl {

using Json = nlohmann::ordered_json;

struct Output {
    std::ostream &stream;
    bool json;
    bool colour;
};

// Only on a terminal that knows colours, and not where NO_COLOR is set (no-color.org).
bool wants_colour(int fd);

enum class Tone { plain, good, bad };

struct Cell {
    Cell(std::string cell_text, Tone cell_tone = Tone::plain) : text(std::move(cell_text)), tone(cell_tone) {}
    Cell(const char *cell_text, Tone cell_tone = Tone::plain) : text(cell_text), tone(cell_tone) {}

    std::string text;
    Tone tone;
};

using Row = std::vector<Cell>;

// Columns as wide as their longest cell, two spaces between them.
void print_table(Output &output, const std::vector<Row> &rows);

void print_json(std::ostream &stream, const Json &json);      // indented
void print_json_line(std::ostream &stream, const Json &json); // one line, without its end

std::string format_bytes(uint64_t bytes);               // "34.2 MiB"
std::string format_uptime(uint64_t seconds);            // "3 d 4 h", "12 min 5 s"
std::string format_share(double share);                 // "93.1 %"
std::string format_milliseconds(uint64_t microseconds); // "0.4 ms"

} // namespace fastpath::ctl
