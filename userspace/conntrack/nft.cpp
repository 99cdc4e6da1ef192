// SPDX-License-Identifier: Apache-2.0
#include "conntrack/nft.h"

#include "util/unique_fd.h"

#include <linux/netlink.h>
#include <memory>
#include <nftables/libnftables.h>
#include <string_view>
#include <sys/socket.h>

namespace fastpath {

namespace {

struct FreeContext {
    void operator()(nft_ctx *context) const { nft_ctx_free(context); }
};

using Context = std::unique_ptr<nft_ctx, FreeContext>;

// nft_ctx_new() calls exit() where it gets no netlink socket (nft_mnl_socket_open() in mnl.c), so one is tried before.
Result<> probe_netfilter() {
    const UniqueFd probe(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!probe) {
        return fail_errno("no netlink socket for netfilter");
    }
    return {};
}

// A new one each time: what a context keeps of the kernel's ruleset would be old by the next call.
Result<Context> new_context(NftOutput output) {
    if (Result<> usable = probe_netfilter(); !usable) {
        return tl::unexpected(usable.error());
    }
    Context context(nft_ctx_new(NFT_CTX_DEFAULT));
    if (!context || nft_ctx_buffer_output(context.get()) != 0 || nft_ctx_buffer_error(context.get()) != 0) {
        return fail("libnftables gives no context: out of memory");
    }
    unsigned flags = NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_PRIO;
    if (output == NftOutput::json) {
        flags |= NFT_CTX_OUTPUT_JSON;
    }
    nft_ctx_output_set_flags(context.get(), flags);
    return context;
}

// "Error: Could not process rule: ...", and the command with a caret below it; the first line says what is wrong.
std::string first_line(std::string_view text) {
    return std::string(text.substr(0, text.find('\n')));
}

} // namespace

Result<std::string> run_nft(const std::string &commands, NftOutput output) {
    const Result<Context> context = new_context(output);
    if (!context) {
        return tl::unexpected(context.error());
    }
    if (nft_run_cmd_from_buffer(context->get(), commands.c_str()) != 0) {
        return fail("nft: " + first_line(nft_ctx_get_error_buffer(context->get())));
    }
    return std::string(nft_ctx_get_output_buffer(context->get()));
}

} // namespace fastpath
