// SPDX-License-Identifier: Apache-2.0
#include "page/browser.h"

#include "harness/process.h"
#include "harness/requirements.h"

#include <array>
#include <filesystem>
#include <stdexcept>

namespace fastpath::test::browser {
namespace {

constexpr std::array programs = {"chromium-headless-shell", "chromium"};

std::string program() {
    for (const char *name : programs) {
        if (test::is_installed(name)) {
            return name;
        }
    }
    return {};
}

// What it says on stderr is about buses and cards that no test machine has.
Command chromium(const Command &more, const std::string &url) {
    const std::filesystem::path profile = std::filesystem::path(FASTPATH_SCREENSHOTS) / "profile";
    Command command = {"sh",
                       "-c",
                       R"(exec "$@" 2>/dev/null)",
                       "sh",
                       program(),
                       "--headless",
                       "--no-sandbox",
                       "--disable-gpu",
                       "--hide-scrollbars",
                       "--virtual-time-budget=2500",
                       "--user-data-dir=" + profile.string()};
    command.insert(command.end(), more.begin(), more.end());
    command.push_back(url);
    return command;
}

} // namespace

bool is_installed() {
    return !program().empty();
}

std::string document_of(const std::string &url) {
    return run(chromium({"--dump-dom"}, url)).output;
}

std::string screenshot_of(const std::string &url, const std::string &name, int width, int height, bool is_dark) {
    std::string path = std::string(FASTPATH_SCREENSHOTS) + "/" + name + ".png";
    std::filesystem::create_directories(FASTPATH_SCREENSHOTS);
    std::filesystem::remove(path);
    Command more = {"--window-size=" + std::to_string(width) + "," + std::to_string(height), "--screenshot=" + path};
    if (is_dark) {
        more.emplace_back("--blink-settings=preferredColorScheme=0");
    }
    const Finished finished = run(chromium(more, url));
    if (!std::filesystem::exists(path)) {
        throw std::runtime_error("no screenshot: " + finished.output);
    }
    return path;
}

} // namespace fastpath::test::browser
