// SPDX-License-Identifier: Apache-2.0
// ParseError: why a DNS message was not accepted by the reader. One table yields the enum and its texts.
#pragma once

#include <cstdint>
#include <string_view>

namespace fastpath {

#define FP_PARSE_ERRORS(X)                                                    \
    X(too_long, "longer than 65,535 octets")                                  \
    X(overrun, "a field runs past the end of the message")                    \
    X(question_count, "not exactly one question")                             \
    X(label_type, "a label of an unassigned type")                            \
    X(name_length, "a name of more than 255 octets")                          \
    X(pointer, "a compression pointer that does not lead to an earlier name") \
    X(rdata, "record data that do not have the form of their type")           \
    X(opt_section, "an OPT record outside of the additional section")         \
    X(opt_repeated, "a second OPT record")                                    \
    X(opt_owner, "an OPT record that is not owned by the root")               \
    X(opt_options, "EDNS options that do not fill their record")              \
    X(trailing, "octets after the last record")

enum class ParseError : uint8_t {
#define FP_X(name, text) name,
    FP_PARSE_ERRORS(FP_X)
#undef FP_X
};

[[nodiscard]] constexpr std::string_view to_string(ParseError error) {
    switch (error) {
#define FP_X(name, text)   \
    case ParseError::name: \
        return text;
        FP_PARSE_ERRORS(FP_X)
#undef FP_X
    }
    return "";
}

} // namespace fastpath
