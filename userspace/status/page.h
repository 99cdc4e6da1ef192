// SPDX-License-Identifier: Apache-2.0
// The status page as one HTML file, complete without scripts. Pure but for the nonce, which is given to it.
#pragma once

#include "status/report.h"

#include <string>

namespace fastpath::status {

// `nonce` is new for each answer, and the only way for a style or script to be obeyed: see content_security_policy().
std::string page_of(const Json &view, const std::string &nonce);

std::string content_security_policy(const std::string &nonce);

} // namespace fastpath::status
