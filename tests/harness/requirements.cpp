// SPDX-License-Identifier: Apache-2.0
#include "harness/requirements.h"

#include "harness/process.h"

#include <cstdlib>

namespace fastpath::test {

bool is_installed(const std::string &program) {
    return run({"sh", "-c", R"(PATH=$PATH:/usr/sbin:/sbin command -v "$1")", "sh", program}).exit_code == 0;
}

bool may_skip() {
    const char *const ci = std::getenv("CI");
    return ci == nullptr || std::string(ci) != "true";
}

} // namespace fastpath::test
