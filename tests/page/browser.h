// SPDX-License-Identifier: Apache-2.0
// Browser: a headless Chromium that opens one page, lets its script run for some seconds of virtual time, and ends.
#pragma once

#include <string>

namespace fastpath::test::browser {

bool is_installed();

// The document as it is then.
std::string document_of(const std::string &url);

// A PNG in the folder of screenshots; its path.
std::string screenshot_of(const std::string &url, const std::string &name, int width, int height, bool is_dark);

} // namespace fastpath::test::browser
