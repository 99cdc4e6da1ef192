// SPDX-License-Identifier: Apache-2.0
#include "e2e/dig.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace fastpath::test {
namespace {

// Between `before` and the first of `ends`; "" where `before` does not occur.
std::string part(const std::string &line, const std::string &before, const std::string &ends) {
    const size_t found = line.find(before);
    if (found == std::string::npos) {
        return {};
    }
    const size_t begin = found + before.size();
    return line.substr(begin, line.find_first_of(ends, begin) - begin);
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

std::set<std::string> words(const std::string &text) {
    std::istringstream in(text);
    std::set<std::string> all;
    std::string word;
    while (in >> word) {
        all.insert(word);
    }
    return all;
}

ShownRecord parse_record(const std::string &line) {
    std::istringstream in(line);
    ShownRecord record;
    std::string rclass;
    in >> record.owner >> record.ttl >> rclass >> record.type >> std::ws;
    std::getline(in, record.data);
    return record;
}

// ";name. IN A" is how dig shows it, ";; name. IN A" how kdig does.
std::string parse_question(const std::string &line) {
    const size_t begin = line.find_first_not_of("; ");
    return begin == std::string::npos ? std::string() : line.substr(begin, line.find_first_of(" \t", begin) - begin);
}

// Where the lines that are no comment belong.
enum class Place { nowhere, question, answer, authority };

Place place_after(const std::string &heading, Place before) {
    if (heading.find(" SECTION:") == std::string::npos) {
        return before;
    }
    if (heading.find("QUESTION") != std::string::npos) {
        return Place::question;
    }
    if (heading.find("ANSWER") != std::string::npos) {
        return Place::answer;
    }
    return heading.find("AUTHORITY") != std::string::npos ? Place::authority : Place::nowhere;
}

void read_header(const std::string &line, ShownAnswer &shown) {
    const std::string status = part(line, "status: ", ",;");
    const std::string flags = part(lower(line), ";; flags: ", ";");
    shown.status = status.empty() ? shown.status : status;
    shown.flags = flags.empty() ? shown.flags : words(flags);
    shown.over_tcp = shown.over_tcp || line.find("(TCP)") != std::string::npos;
}

} // namespace

ShownAnswer parse_dig(const std::string &text) {
    ShownAnswer shown;
    shown.text = text;
    Place place = Place::nowhere;
    std::istringstream lines(text);
    std::string line;
    while (std::getline(lines, line)) {
        const Place next = place_after(line, place);
        if (place == Place::question && next == place && line.starts_with(';')) {
            shown.question = parse_question(line);
            place = Place::nowhere;
        } else if (line.starts_with(';')) {
            read_header(line, shown);
            place = next;
        } else if (!line.empty() && place == Place::answer) {
            shown.answer.push_back(parse_record(line));
        } else if (!line.empty() && place == Place::authority) {
            shown.authority.push_back(parse_record(line));
        }
    }
    return shown;
}

uint32_t ShownAnswer::ttl() const {
    if (answer.empty() && authority.empty()) {
        throw std::out_of_range("no record to take a TTL of: " + text);
    }
    uint32_t lowest = std::numeric_limits<uint32_t>::max();
    for (const auto *section : {&answer, &authority}) {
        for (const ShownRecord &record : *section) {
            lowest = std::min(lowest, record.ttl);
        }
    }
    return lowest;
}

std::multiset<std::string> ShownAnswer::data() const {
    std::multiset<std::string> all;
    for (const ShownRecord &record : answer) {
        all.insert(record.data);
    }
    return all;
}

std::multiset<std::string> without_ttls(const ShownAnswer &answer) {
    std::multiset<std::string> lines = {"status " + answer.status, "question " + answer.question};
    for (const std::string &flag : answer.flags) {
        lines.insert("flag " + flag);
    }
    for (const ShownRecord &record : answer.answer) {
        lines.insert("answer " + record.owner + " " + record.type + " " + record.data);
    }
    for (const ShownRecord &record : answer.authority) {
        lines.insert("authority " + record.owner + " " + record.type + " " + record.data);
    }
    return lines;
}

} // namespace fastpath::test
