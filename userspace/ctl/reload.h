// SPDX-License-Identifier: Apache-2.0
// How the outcome of a reload is shown.
#pragma once

#include "bpf/reload_record.h"
#include "ctl/terminal.h"

#include <ostream>

namespace fastpath::ctl {

void print_reload(std::ostream &stream, const ReloadRecord &record);
Json to_json(const ReloadRecord &record);

} // namespace fastpath::ctl
