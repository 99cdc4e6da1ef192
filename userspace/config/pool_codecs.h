// SPDX-License-Identifier: Apache-2.0
// Codecs of `pools`: a map from names to lists of upstreams. As those of codecs.h.
#pragma once

#include "config/codecs.h"

namespace fastpath {

struct UpstreamCodec {
    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<UpstreamConfig> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const UpstreamConfig &upstream) const;
    [[nodiscard]] std::string identity(const UpstreamConfig &upstream) const;
};

// What is read always has a pool "default": that of the file, else that of a config without pools. A pool of its own is what
// most listen addresses need, and that one they should find in every file.
struct PoolsCodec {
    [[nodiscard]] std::string allowed() const;
    [[nodiscard]] Parsed<std::vector<PoolConfig>> read(const YAML::Node &node) const;
    [[nodiscard]] YAML::Node write(const std::vector<PoolConfig> &pools) const;
};

} // namespace fastpath
