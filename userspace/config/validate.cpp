// SPDX-License-Identifier: Apache-2.0
// The last checks: see validate.h.
#include "config/validate.h"

#include "config/contradiction.h"
#include "util/quote.h"

#include <algorithm>
#include <net/if.h>
#include <set>

namespace fastpath {

bool is_interface_name(std::string_view name) {
    const auto is_allowed = [](char c) { return c > ' ' && c <= '~' && c != '/' && c != ':'; };
    return !name.empty() && name.size() < IFNAMSIZ && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), is_allowed);
}

Result<> validate(const Config &config) {
    if (config.interfaces.empty()) {
        return fail("no interface: list at least one under \"interfaces\" in the config file, or give --interface IF");
    }
    std::set<std::string_view> seen;
    for (const InterfaceConfig &interface : config.interfaces) {
        if (!is_interface_name(interface.name)) {
            return fail(in_quotes(interface.name) + " cannot be the name of an interface");
        }
        if (!seen.insert(interface.name).second) {
            return fail("interface " + in_quotes(interface.name) + " is given twice");
        }
    }
    if (const auto contradiction = find_contradiction(config)) {
        return fail(contradiction->text);
    }
    return {};
}

} // namespace fastpath
