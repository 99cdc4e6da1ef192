// SPDX-License-Identifier: Apache-2.0
// Elements of the maps of the loaded programs, read and written by name. For what the tests stand on; tests have world.h and
// steer_world.h.
#pragma once

#include "loaded.h"

#include <bpf/bpf.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace fastpath::test {

template <class Key, class Value> void put_element(const char *map, const Key &key, const Value &value) {
    if (bpf_map_update_elem(Loaded::instance().programs.map(map), &key, &value, BPF_ANY) != 0) {
        throw std::runtime_error(std::string("cannot write the map ") + map);
    }
}

// In one call, for there may be thousands.
template <class Key, class Value>
void put_elements(const char *map, const std::vector<Key> &keys, const std::vector<Value> &values) {
    auto count = static_cast<uint32_t>(keys.size());
    if (bpf_map_update_batch(Loaded::instance().programs.map(map), keys.data(), values.data(), &count, nullptr) != 0) {
        throw std::runtime_error(std::string("cannot write the map ") + map);
    }
}

template <class Value, class Key> std::optional<Value> find_element(const char *map, const Key &key) {
    Value value = {};
    const int code = bpf_map_lookup_elem(Loaded::instance().programs.map(map), &key, &value);
    return code == 0 ? std::optional(value) : std::nullopt;
}

// Of an array, which always has it.
template <class Value, class Key> Value get_element(const char *map, const Key &key) {
    if (const std::optional<Value> value = find_element<Value>(map, key)) {
        return *value;
    }
    throw std::runtime_error(std::string("cannot read the map ") + map);
}

// Of a hash or a trie.
template <class Key> void remove_all_elements(const char *map) {
    const int fd = Loaded::instance().programs.map(map);
    Key key = {};
    while (bpf_map_get_next_key(fd, nullptr, &key) == 0) {
        bpf_map_delete_elem(fd, &key);
    }
}

} // namespace fastpath::test
