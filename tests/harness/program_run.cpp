// SPDX-License-Identifier: Apache-2.0
#include "harness/program_run.h"

#include <bpf/bpf.h>
#include <system_error>

namespace fastpath::test {
namespace {

constexpr size_t largest_packet = 16384;

ProgramRun run(int program, const Octets &packet, bpf_test_run_opts &options) {
    ProgramRun result = {0, Octets(largest_packet)};
    options.data_in = packet.data();
    options.data_size_in = static_cast<uint32_t>(packet.size());
    options.data_out = result.packet.data();
    options.data_size_out = static_cast<uint32_t>(result.packet.size());
    options.repeat = 1;
    if (const int code = -bpf_prog_test_run_opts(program, &options); code != 0) {
        throw std::system_error(code, std::generic_category(),
                                "BPF_PROG_TEST_RUN with " + std::to_string(packet.size()) + " octets");
    }
    result.verdict = options.retval;
    result.packet.resize(options.data_size_out);
    return result;
}

} // namespace

ProgramRun run_xdp(int program, const Octets &packet) {
    LIBBPF_OPTS(bpf_test_run_opts, options);
    return run(program, packet, options);
}

ProgramRun run_tc(int program, const Octets &packet, __sk_buff context) {
    LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &context, .ctx_size_in = sizeof(context));
    return run(program, packet, options);
}

} // namespace fastpath::test
