// SPDX-License-Identifier: Apache-2.0
#include "bpf/explainer.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

namespace fastpath {

Result<Explainer> Explainer::open(const PinDirectory &pins) {
    Result<UniqueFd> program = pins.open_program(program_name);
    if (!program) {
        return tl::unexpected(program.error());
    }
    Result<UniqueFd> map = pins.open_map(map_name);
    if (!map) {
        return tl::unexpected(map.error());
    }
    return Explainer(std::move(*program), std::move(*map));
}

Result<Explainer::Explained> Explainer::run(std::span<const std::uint8_t> frame, std::uint32_t ifindex) const {
    constexpr std::size_t largest_frame = 4096; // no answer from the cache is larger
    Explained explained{.outcome = FP_OUT_other, .record = {}, .packet = std::vector<std::uint8_t>(largest_frame)};
    xdp_md context = {};
    context.data_end = static_cast<std::uint32_t>(frame.size());
    context.ingress_ifindex = ifindex;
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(), .data_out = explained.packet.data(),
                .data_size_in = static_cast<std::uint32_t>(frame.size()),
                .data_size_out = static_cast<std::uint32_t>(explained.packet.size()), .ctx_in = &context,
                .ctx_size_in = sizeof(context), .repeat = 1);
    if (bpf_prog_test_run_opts(program_.get(), &options) != 0) {
        return fail_errno("cannot run the program explain (BPF_PROG_TEST_RUN)");
    }
    const std::uint32_t zero = 0;
    if (bpf_map_lookup_elem(map_.get(), &zero, &explained.record) != 0) {
        return fail_errno("cannot read the map explanation");
    }
    explained.outcome = static_cast<fp_outcome>(options.retval);
    explained.packet.resize(options.data_size_out);
    return explained;
}

} // namespace fastpath
