// SPDX-License-Identifier: Apache-2.0
// How `top` is shown.
#pragma once

#include "ctl/terminal.h"
#include "metrics/top.h"

namespace fastpath::ctl {

void print_top(Output &output, const Top &top, TopOf what);
Json to_json(const Top &top, TopOf what);

} // namespace fastpath::ctl
