// SPDX-License-Identifier: Apache-2.0
#include "steer_order.h"

#include <algorithm>
#include <cstring>

namespace fastpath::test {

uint32_t table_index_of(const Octets &name) {
    uint64_t hash = 0;
    for (size_t at = 0; at < name.size(); at += 8) {
        Octets word(8);
        std::copy_n(name.begin() + static_cast<ptrdiff_t>(at), std::min<size_t>(8, name.size() - at), word.begin());
        std::transform(word.begin(), word.end(), word.begin(), [](uint8_t octet) {
            return static_cast<uint8_t>(octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet);
        });
        uint64_t value = 0;
        std::memcpy(&value, word.data(), word.size());
        hash = fp_name_hash_add(hash, value);
    }
    return fp_maglev_index(hash);
}

std::vector<Upstream> order_for(const DnsQuery &query, const std::vector<Upstream> &members) {
    std::vector<Upstream> order;
    for (uint32_t entry = table_index_of(query.name_octets()); order.size() < members.size();
         entry = (entry + 1) % FP_MAGLEV_SIZE) {
        const Upstream &next = members[entry % members.size()];
        if (std::find(order.begin(), order.end(), next) == order.end()) {
            order.push_back(next);
        }
    }
    return order;
}

DnsQuery query_for_first(const Upstream &upstream, const std::vector<Upstream> &members, int which) {
    for (int i = 0;; i++) {
        DnsQuery query = {.name = "host" + std::to_string(i) + ".example.com."};
        if (order_for(query, members).front() == upstream && which-- == 0) {
            return query;
        }
    }
}

} // namespace fastpath::test
