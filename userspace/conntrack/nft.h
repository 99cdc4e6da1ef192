// SPDX-License-Identifier: Apache-2.0
// The one door to nftables: commands of nft(8) in, its output back. The program and not libnftables, whose licence (GPL-2.0-only) does
// not go with ours. Works in the network namespace of the caller.
#pragma once

#include "util/result.h"

#include <string>

namespace fastpath {

enum class NftOutput { text, json };

// All commands are one transaction: the kernel takes them whole or not at all. The error is nft's first line.
Result<std::string> run_nft(const std::string &commands, NftOutput output = NftOutput::text);

} // namespace fastpath
