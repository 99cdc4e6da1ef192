// SPDX-License-Identifier: Apache-2.0
// Prometheus: Debian's, on the machine of the client, with the alert rules that the package installs. Scrapes and evaluates each second.
#pragma once

#include "harness/lab.h"

#include <optional>
#include <set>
#include <string>

namespace fastpath::test {

// The config of a daemon that others can scrape; `more` is YAML that goes behind it.
std::string observed_config(const std::string &more = {});

inline constexpr uint16_t metrics_port = 9153;

class Prometheus {
  public:
    // Scrapes the daemon on the machine of the resolver, whose metrics are to be served there (see observed_config).
    explicit Prometheus(const Lab &lab);

    // Of the alerts that are firing: "DnsFastpathUpstreamDown 198.18.1.11", or the name alone where it is about no upstream.
    [[nodiscard]] std::set<std::string> firing() const;

    // The result of a query that gives one value; nullopt where it gives none.
    [[nodiscard]] std::optional<double> value(const std::string &query) const;

    [[nodiscard]] std::string log() const { return process_.output(); }

  private:
    [[nodiscard]] std::string get(const std::string &path) const;

    const Lab &lab_;
    Process process_;
};

} // namespace fastpath::test
