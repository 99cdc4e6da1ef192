// SPDX-License-Identifier: Apache-2.0
// Reading JSON of others: what is not there, or of another kind than thought, is null and no exception.
#pragma once

#include <nlohmann/json.hpp>

namespace fastpath::doctor {

// Null where it is no object, or has no such member.
inline const nlohmann::json &member(const nlohmann::json &object, const char *key) {
    static const nlohmann::json null;
    return object.is_object() && object.contains(key) ? object[key] : null;
}

} // namespace fastpath::doctor
