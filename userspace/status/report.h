// SPDX-License-Identifier: Apache-2.0
// The facts as JSON, for programs: `GET /status.json`. README.md describes it.
#pragma once

#include "status/facts.h"

#include <nlohmann/json.hpp>

namespace fastpath::status {

using Json = nlohmann::json;

Json report_of(const Facts &facts);

} // namespace fastpath::status
