// SPDX-License-Identifier: Apache-2.0
#include "open_queries.h"

#include "loaded.h"
#include "util/address.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>

namespace fastpath::test {
namespace {

int map() {
    return Loaded::instance().programs.map("open_queries");
}

fp_addr address(const std::string &text) {
    return parse_address(text).value().abi();
}

} // namespace

fp_open_query_key open_key_of(const Packet &query) {
    fp_open_query_key key = {};
    if (const auto *const ipv4 = std::get_if<Ipv4>(&query.ip)) {
        key.client = address(ipv4->src);
        key.server = address(ipv4->dst);
    } else {
        key.client = address(std::get<Ipv6>(query.ip).src);
        key.server = address(std::get<Ipv6>(query.ip).dst);
    }
    key.client_port = htons(std::get<Udp>(query.transport).src);
    key.id = htons(query.dns.id);
    return key;
}

std::optional<fp_open_query> find_open_query(const Packet &query) {
    const fp_open_query_key key = open_key_of(query);
    fp_open_query value = {};
    return bpf_map_lookup_elem(map(), &key, &value) == 0 ? std::optional(value) : std::nullopt;
}

size_t count_open_queries() {
    size_t count = 0;
    fp_open_query_key key = {};
    for (const fp_open_query_key *at = nullptr; bpf_map_get_next_key(map(), at, &key) == 0; at = &key) {
        count++;
    }
    return count;
}

void forget_open_queries() {
    fp_open_query_key key = {};
    while (bpf_map_get_next_key(map(), nullptr, &key) == 0) {
        bpf_map_delete_elem(map(), &key);
    }
}

} // namespace fastpath::test
