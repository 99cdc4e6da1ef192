// SPDX-License-Identifier: Apache-2.0
// Samples: counters by their full name, as Prometheus' page and `dns-fastpathctl stats` both write them.
#pragma once

#include <map>
#include <string>

namespace fastpath::test {

class Samples {
  public:
    // Lines of `name{label="value"} 42` or `name=42`; what is no number, and comments, are left out.
    static Samples parse(const std::string &text, char separator = ' ');

    // Throws where there is none: a counter whose name is misspelt is not 0.
    [[nodiscard]] double at(const std::string &name) const;
    // For those that are there only once they count something.
    [[nodiscard]] double at_or_0(const std::string &name) const;
    // "queries_total{result="hit"}" and so on, with the prefix that all of them have.
    [[nodiscard]] double fastpath(const std::string &name) const { return at("dns_fastpath_" + name); }
    // Over all labels.
    [[nodiscard]] double sum(const std::string &name) const;

    [[nodiscard]] bool empty() const { return values_.empty(); }

  private:
    std::map<std::string, double> values_;
};

} // namespace fastpath::test
