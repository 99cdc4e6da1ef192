// SPDX-License-Identifier: Apache-2.0
// Value: the way of one key between YAML and Config, without its type, so that all keys fit in one table.
#pragma once

#include "config/config.h"
#include "config/problem.h"

#include <functional>
#include <string>

namespace fastpath {

struct Value {
    std::string allowed; // completes "expected ..."
    std::function<Parsed<>(const YAML::Node &, Config &)> read;
    std::function<YAML::Node(const Config &)> write;
    std::function<void(const Config &from, Config &to)> copy;
};

// `codec` has allowed(), read() and write() for a type (codecs.h); `field` gives the member of a Config or const Config.
template <class Codec, class Field> Value make_value(Codec codec, Field field) {
    return {
        .allowed = codec.allowed(),
        .read = [codec, field](const YAML::Node &node, Config &config) -> Parsed<> {
            auto parsed = codec.read(node);
            if (!parsed) {
                return tl::unexpected(std::move(parsed).error());
            }
            field(config) = *std::move(parsed);
            return {};
        },
        .write = [codec, field](const Config &config) { return codec.write(field(config)); },
        .copy = [field](const Config &from, Config &to) { field(to) = field(from); },
    };
}

} // namespace fastpath
