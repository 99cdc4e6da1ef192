// SPDX-License-Identifier: Apache-2.0
// A cached answer for people and for scripts: zone file lines below a comment, or a JSON object with the same content.
#pragma once

#include "cache/answer_reader.h"
#include "ctl/terminal.h"

#include <cstdint>
#include <ostream>

namespace fastpath::ctl {

// The TTLs shown are those that are left at that age. After its lifetime an answer is called stale: whether clients get it
// then depends on `cache.stale` and on how the resolver is.
void print_zone_lines(std::ostream &stream, const AnswerCopy &answer, uint32_t age);
Json to_json(const AnswerCopy &answer, uint32_t age);

} // namespace fastpath::ctl
