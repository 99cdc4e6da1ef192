// SPDX-License-Identifier: Apache-2.0
#include "manual/roff.h"

namespace fastpath::manual {

std::string roff_text(std::string_view text) {
    std::string result;
    bool line_begins = true;
    for (const char c : text) {
        if (line_begins && (c == '.' || c == '\'')) {
            result += "\\&";
        }
        line_begins = c == '\n';
        switch (c) {
        case '\\':
            result += "\\e";
            break;
        case '-':
            result += "\\-"; // a plain one may be printed as a hyphen, which cannot be pasted into a shell
            break;
        default:
            result += c;
        }
    }
    return result;
}

} // namespace fastpath::manual
