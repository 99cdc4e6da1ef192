// SPDX-License-Identifier: Apache-2.0
// A cached answer for people and for scripts: zone file lines below a comment, or a JSON object with the same content.
#pragma once

#include "ctl/answer_reader.h"
#include "ctl/terminal.h"

#include <cstdint>
#include <ostream>

namespace fastpath::ctl {

// `age` is below the lifetime; the TTLs shown are those of a client that asked at that age.
void print_zone_lines(std::ostream &stream, const AnswerCopy &answer, uint32_t age);
Json to_json(const AnswerCopy &answer, uint32_t age);

} // namespace fastpath::ctl
