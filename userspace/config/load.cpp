// SPDX-License-Identifier: Apache-2.0
// The file and the form of errors: see load.h. What the YAML means is in document.cpp.
#include "config/load.h"

#include "config/document.h"
#include "config/yaml_text.h"
#include "util/unique_fd.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fcntl.h>

namespace fastpath {

namespace {

constexpr std::size_t largest_file = 16 << 20; // room for the longest lists; a device or a log file is not a config

Result<std::string> read_file(const std::string &name) {
    const auto cannot_read = [&] {
        return fail_errno(name + ": cannot read the config file (another is given with --config FILE)");
    };
    const UniqueFd fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return cannot_read();
    }
    std::string text;
    std::array<char, 16'384> chunk{};
    for (ssize_t size = 0; (size = ::read(fd.get(), chunk.data(), chunk.size())) != 0;) {
        if (size < 0) {
            return cannot_read();
        }
        text.append(chunk.data(), static_cast<std::size_t>(size));
        if (text.size() > largest_file) {
            return fail(name + ": is not a config file: larger than 16 MiB");
        }
    }
    return text;
}

} // namespace

Result<Config> parse_config(std::string_view text, std::string_view file_name) {
    return read_yaml(text).and_then(read_document).map_error([&](const Problem &found) {
        // A null mark is -1:-1.
        const std::string line = std::to_string(std::max(found.mark.line, 0) + 1);
        const std::string column = std::to_string(std::max(found.mark.column, 0) + 1);
        return Error{std::string(file_name) + ":" + line + ":" + column + ": " + found.text};
    });
}

Result<Config> load_config(const std::filesystem::path &file) {
    return read_file(file.string()).and_then([&](const std::string &text) {
        return parse_config(text, file.string());
    });
}

} // namespace fastpath
