// SPDX-License-Identifier: Apache-2.0
#include "daemon/loopback_forwarding.h"

#include <array>
#include <fstream>

namespace fastpath {

namespace {

constexpr std::array settings = {"/proc/sys/net/ipv4/conf/lo/forwarding", "/proc/sys/net/ipv6/conf/lo/forwarding"};

bool write_setting(const char *file, char value) {
    std::ofstream stream(file);
    stream << value << std::flush;
    return stream.good();
}

} // namespace

Result<> LoopbackForwarding::switch_on() {
    for (const char *const file : settings) {
        std::ifstream stream(file);
        char value = '1';
        if (!(stream >> value) || value != '0') {
            continue;
        }
        if (!write_setting(file, '1')) {
            return fail_errno(std::string("cannot switch forwarding on for lo, which steering needs to look up routes; "
                                          "set it by hand: echo 1 >") +
                              file);
        }
        changed_.insert(file);
    }
    return {};
}

void LoopbackForwarding::undo() {
    for (const std::string &file : changed_) {
        write_setting(file.c_str(), '0');
    }
    changed_.clear();
}

} // namespace fastpath
