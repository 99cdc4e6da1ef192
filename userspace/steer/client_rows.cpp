// SPDX-License-Identifier: Apache-2.0
#include "steer/client_rows.h"

namespace fastpath {

namespace {

const IpPrefix all_ipv4{IpAddress::from_ipv4({0, 0, 0, 0}), 96};
const ClientRow nothing_said;

bool says_the_same(const ClientRow &a, const ClientRow &b) {
    return a.allowed == b.allowed && a.is_upstream == b.is_upstream && a.view == b.view && a.pool == b.pool;
}

// What is said of one prefix itself.
struct Said {
    bool allowed = false;
    bool is_upstream = false;
    const ClientChoice *choice = nullptr;
};

// In the order of addresses and then lengths, in which a prefix comes before all that it covers.
using AllSaid = std::map<IpPrefix, Said>;

ClientRow row_of(const IpPrefix &prefix, const Said &said, const ClientRow &above) {
    ClientRow row = prefix == all_ipv4 ? nothing_said : above;
    row.prefix = prefix;
    row.allowed = row.allowed || said.allowed;
    row.is_upstream = said.is_upstream;
    if (said.choice != nullptr) {
        row.view = said.choice->view;
        row.pool = said.choice->pool;
    }
    return row;
}

} // namespace

std::vector<ClientRow> client_rows(const std::vector<IpPrefix> &allow, const std::map<IpPrefix, ClientChoice> &choices,
                                   const std::set<IpAddress> &upstreams) {
    AllSaid all{{all_ipv4, {}}};
    for (const IpPrefix &prefix : allow) {
        all[prefix].allowed = true;
    }
    for (const auto &[prefix, choice] : choices) {
        all[prefix].choice = &choice;
    }
    for (const IpAddress &address : upstreams) {
        all[{address, 128}].is_upstream = true;
    }

    std::vector<ClientRow> rows;
    std::vector<ClientRow> above; // the rows that cover the place we are at, the longest last
    for (const auto &[prefix, said] : all) {
        while (!above.empty() && !above.back().prefix.covers(prefix)) {
            above.pop_back();
        }
        const ClientRow &nearest = above.empty() ? nothing_said : above.back();
        const ClientRow row = row_of(prefix, said, nearest);
        if (!says_the_same(row, nearest)) {
            rows.push_back(row);
            above.push_back(row);
        }
    }
    return rows;
}

} // namespace fastpath
