// SPDX-License-Identifier: Apache-2.0
// A family of metrics, and how a sample of one is made. For those who define families, not for who reads samples.
#pragma once

#include "metrics/samples.h"
#include "util/utf8.h"

#include <string>
#include <utility>
#include <vector>

namespace fastpath {

struct Family {
    const char *name; // without the prefix
    SampleType type;
    const char *help;
};

template <class Number> Sample make_sample(const Family &family, Number value, std::vector<Label> labels = {}) {
    for (Label &label : labels) {
        label.value = valid_utf8(label.value); // or Prometheus would take none of the page
    }
    return {std::string("dns_fastpath_") + family.name, family.help, family.type, std::move(labels),
            static_cast<double>(value)};
}

} // namespace fastpath
