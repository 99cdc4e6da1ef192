// SPDX-License-Identifier: Apache-2.0
// dns-fastpathctl: looks at the pinned maps, runs one command, and says how it went by its exit code.
#include "ctl/command_line.h"
#include "ctl/pinned.h"

#include <bpf/libbpf.h>
#include <iostream>
#include <unistd.h>

namespace {

using namespace fastpath;
using namespace fastpath::ctl;

ExitCode say_error(const Error &error) {
    std::cerr << "dns-fastpathctl: " << error.message << (::geteuid() != 0 ? "; run as root" : "") << '\n';
    return ExitCode::failed;
}

ExitCode run(const Invocation &asked) {
    Result<std::optional<Pinned>> pinned = open_pinned(asked.pins);
    if (!pinned) {
        return say_error(pinned.error());
    }
    if (!*pinned) {
        std::cerr << "dns-fastpathctl: not running: nothing is pinned in " << asked.pins.string()
                  << "; start dns-fastpathd, or name its pin directory with --pins\n";
        return ExitCode::not_running;
    }
    Output output = {std::cout, asked.json, !asked.json && wants_colour(STDOUT_FILENO)};
    const Result<ExitCode> code = asked.command(asked, **pinned, output);
    if (!std::cout.flush()) {
        return say_error({"cannot write the output"});
    }
    return code ? *code : say_error(code.error());
}

} // namespace

int main(int argc, char **argv) {
    std::ios::sync_with_stdio(false);
    libbpf_set_print(nullptr); // its errors come back to us, and we say them in our words
    const tl::expected<Invocation, ExitCode> asked = parse_command_line(argc, argv, std::cout, std::cerr);
    return static_cast<int>(asked ? run(*asked) : asked.error());
}
