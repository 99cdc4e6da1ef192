// SPDX-License-Identifier: Apache-2.0
#include "e2e/samples.h"

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace fastpath::test {

Samples Samples::parse(const std::string &text, char separator) {
    Samples samples;
    std::istringstream lines(text);
    std::string line;
    while (std::getline(lines, line)) {
        const size_t at = line.rfind(separator);
        if (line.starts_with('#') || at == std::string::npos) {
            continue;
        }
        const char *const number = line.c_str() + at + 1;
        char *end = nullptr;
        const double value = std::strtod(number, &end);
        if (end != number) {
            samples.values_[line.substr(0, at)] = value;
        }
    }
    return samples;
}

double Samples::at(const std::string &name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        throw std::out_of_range("no counter " + name);
    }
    return found->second;
}

double Samples::at_or_0(const std::string &name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? 0 : found->second;
}

double Samples::sum(const std::string &name) const {
    const std::string family = "dns_fastpath_" + name + "{";
    double total = 0;
    for (auto at = values_.lower_bound(family); at != values_.end() && at->first.starts_with(family); ++at) {
        total += at->second;
    }
    return total;
}

} // namespace fastpath::test
