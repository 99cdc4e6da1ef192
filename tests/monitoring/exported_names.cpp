// SPDX-License-Identifier: Apache-2.0
#include "monitoring/exported_names.h"

#include "metrics/samples.h"
#include "unit/full_readings.h"

#include <regex>

namespace fastpath::test {

std::set<std::string> exported_names() {
    std::set<std::string> names;
    for (const Sample &sample : samples_of(full_readings())) {
        if (sample.type == SampleType::histogram) {
            names.insert({sample.family + "_bucket", sample.family + "_sum", sample.family + "_count"});
        } else {
            names.insert(sample.family);
        }
    }
    return names;
}

std::set<std::string> names_in(const std::string &expression) {
    static const std::regex name("\\bdns_fastpath_[a-z0-9_]+\\b");
    return {std::sregex_token_iterator(expression.begin(), expression.end(), name), std::sregex_token_iterator()};
}

} // namespace fastpath::test
