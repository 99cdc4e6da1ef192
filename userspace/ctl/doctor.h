// SPDX-License-Identifier: Apache-2.0
// Findings of the doctor, as they are shown. What is looked at and why is in userspace/doctor.
#pragma once

#include "ctl/terminal.h"
#include "doctor/finding.h"

#include <vector>

namespace fastpath::ctl {

void print_findings(Output &output, const std::vector<doctor::Finding> &findings);
Json to_json(const std::vector<doctor::Finding> &findings);

} // namespace fastpath::ctl
