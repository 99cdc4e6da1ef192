// SPDX-License-Identifier: Apache-2.0
#include "bpf/tc_filters.h"

#include "util/unique_fd.h"

#include <array>
#include <cstring>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace fastpath {

namespace {

enum class Reply { filter, end, unclear };

struct DumpRequest {
    nlmsghdr header;
    tcmsg body;
};

bool send_request(int socket, uint32_t ifindex, uint32_t parent) {
    DumpRequest request = {};
    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = RTM_GETTFILTER;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.tcm_family = AF_UNSPEC;
    request.body.tcm_ifindex = static_cast<int>(ifindex);
    request.body.tcm_parent = parent;
    return ::send(socket, &request, sizeof(request), 0) == sizeof(request);
}

// The first message is enough: a dump has one per filter, and one that says that it ends.
Reply receive_reply(int socket) {
    constexpr size_t dump_size = 32768; // the most that the kernel puts into one datagram of a dump
    alignas(nlmsghdr) std::array<char, dump_size> buffer;
    const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size < static_cast<ssize_t>(sizeof(nlmsghdr))) {
        return Reply::unclear;
    }
    const auto *header = reinterpret_cast<const nlmsghdr *>(buffer.data());
    if (header->nlmsg_type == RTM_NEWTFILTER) {
        return Reply::filter;
    }
    int status = -1; // what NLMSG_DONE carries
    if (header->nlmsg_type == NLMSG_DONE && size >= static_cast<ssize_t>(NLMSG_LENGTH(sizeof(status)))) {
        std::memcpy(&status, buffer.data() + NLMSG_HDRLEN, sizeof(status));
    }
    return status == 0 ? Reply::end : Reply::unclear;
}

// A socket for each dump: one that was not read to its end would be in the way of the next.
bool is_empty(uint32_t ifindex, uint32_t parent) {
    const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    return socket && send_request(socket.get(), ifindex, parent) && receive_reply(socket.get()) == Reply::end;
}

} // namespace

bool has_tc_filters(uint32_t ifindex) {
    return !is_empty(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)) ||
           !is_empty(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
}

} // namespace fastpath
