// SPDX-License-Identifier: Apache-2.0
#include "bpf/attachment.h"

#include "bpf/tc_filters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstring>
#include <linux/if_link.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace fastpath {

namespace {

// A handle and priority that leave room before us and are easy to recognise in `tc filter show`.
constexpr uint32_t tc_handle = 0xd53;
constexpr uint32_t tc_priority = 53;

uint32_t xdp_flags(uint32_t mode) {
    return mode == FP_ATTACH_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
}

std::string mode_name(uint32_t mode) {
    return mode == FP_ATTACH_NATIVE ? "native" : "generic";
}

// The interface that a link is on; 0 where its interface has gone.
uint32_t link_ifindex(int link_fd) {
    bpf_link_info info = {};
    uint32_t size = sizeof(info);
    return bpf_obj_get_info_by_fd(link_fd, &info, &size) == 0 ? info.xdp.ifindex : 0;
}

// The network namespace that this process is in.
uint64_t own_netns() {
    struct stat info = {};
    return ::stat("/proc/self/ns/net", &info) == 0 ? info.st_ino : 0;
}

// Somebody has the interface: a program in the same mode (EBUSY), or one in the other mode, on the interface or on one
// above it like a bond (EEXIST).
bool is_occupied(int code) {
    return code == EBUSY || code == EEXIST;
}

std::string program_name(uint32_t id) {
    const UniqueFd program(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info = {};
    uint32_t size = sizeof(info);
    return program && bpf_obj_get_info_by_fd(program.get(), &info, &size) == 0 ? info.name : "";
}

// The XDP link that holds the program on the interface; 0 where it was attached without one (`ip link set ... xdp`).
uint32_t link_id_of(uint32_t program_id, uint32_t ifindex) {
    for (uint32_t id = 0; bpf_link_get_next_id(id, &id) == 0;) {
        const UniqueFd link(bpf_link_get_fd_by_id(id));
        bpf_link_info info = {};
        uint32_t size = sizeof(info);
        if (link && bpf_obj_get_info_by_fd(link.get(), &info, &size) == 0 && info.type == BPF_LINK_TYPE_XDP &&
            info.prog_id == program_id && info.xdp.ifindex == ifindex) {
            return id;
        }
    }
    return 0;
}

// Who is there, and how to make room.
std::string occupied_advice(uint32_t ifindex, const std::string &interface) {
    LIBBPF_OPTS(bpf_xdp_query_opts, query);
    if (bpf_xdp_query(static_cast<int>(ifindex), 0, &query) != 0 || query.prog_id == 0) {
        return "; another XDP program is in the way: see `bpftool net`";
    }
    const std::string name = program_name(query.prog_id);
    const std::string holder = " (id " + std::to_string(query.prog_id) + (name.empty() ? "" : ", " + name) + ")";
    if (name == "fastpath") {
        return "; another dns-fastpathd is attached to it" + holder +
               " (other pins?): stop it, or `dns-fastpathctl --pins DIR detach`";
    }
    // A plain `xdp off` means native mode where the driver has it, and leaves a generic program there.
    const std::string kind = query.attach_mode == XDP_ATTACHED_SKB ? "xdpgeneric" : "xdp";
    const uint32_t link = link_id_of(query.prog_id, ifindex);
    return "; another XDP program" + holder + " is attached to it: stop its owner, or " +
           (link != 0 ? "`bpftool link detach id " + std::to_string(link) + "`"
                      : "`ip link set dev " + interface + " " + kind + " off`");
}

UniqueFd create_xdp_link(uint32_t ifindex, uint32_t mode, int program) {
    LIBBPF_OPTS(bpf_link_create_opts, options, .flags = xdp_flags(mode));
    return UniqueFd(bpf_link_create(program, static_cast<int>(ifindex), BPF_XDP, &options));
}

// The programs read Ethernet headers, which tunnels like tun and WireGuard do not have.
Result<> require_ethernet(const std::string &interface) {
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request = {};
    interface.copy(request.ifr_name, sizeof(request.ifr_name) - 1);
    if (::ioctl(socket.get(), SIOCGIFHWADDR, &request) != 0) {
        return fail_errno("cannot read the type of interface " + interface);
    }
    const auto type = request.ifr_hwaddr.sa_family;
    if (type != ARPHRD_ETHER && type != ARPHRD_LOOPBACK) {
        return fail(interface + " is not an Ethernet interface (type " + std::to_string(type) +
                    "); attach to the interface below it that is");
    }
    return {};
}

bpf_tc_hook egress_of(uint32_t ifindex) {
    bpf_tc_hook hook = {};
    hook.sz = sizeof(hook);
    hook.ifindex = static_cast<int>(ifindex);
    hook.attach_point = BPF_TC_EGRESS;
    return hook;
}

// Others may have put filters on our qdisc since, which would go with it.
void remove_clsact(uint32_t ifindex) {
    if (!has_tc_filters(ifindex)) {
        bpf_tc_hook hook = egress_of(ifindex);
        hook.attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS);
        bpf_tc_hook_destroy(&hook);
    }
}

bool has_learner(const Attached &attached) {
    const bpf_tc_hook hook = egress_of(attached.ifindex);
    LIBBPF_OPTS(bpf_tc_opts, options, .handle = attached.record.tc_handle, .priority = attached.record.tc_priority);
    return bpf_tc_query(&hook, &options) == 0;
}

} // namespace

std::filesystem::path Attachments::link_pin(const std::string &interface) const {
    return pins_.links() / ("xdp_" + interface);
}

// One system call swaps the program under the link: no packet sees none.
bool Attachments::replace_xdp(const std::string &interface, uint32_t ifindex, AttachMode mode, int program) const {
    const UniqueFd link(bpf_obj_get(link_pin(interface).c_str()));
    if (!link) {
        return false;
    }
    fp_attachment record = {};
    const bool known = bpf_map_lookup_elem(map_fd_, &ifindex, &record) == 0 && record.netns == own_netns();
    const bool mode_fits = mode == AttachMode::automatic ||
                           record.mode == (mode == AttachMode::native ? FP_ATTACH_NATIVE : FP_ATTACH_GENERIC);
    if (known && mode_fits && link_ifindex(link.get()) == ifindex &&
        bpf_link_update(link.get(), program, nullptr) == 0) {
        return true;
    }
    bpf_link_detach(link.get());
    ::unlink(link_pin(interface).c_str());
    return false;
}

Result<Attachments::Xdp> Attachments::attach_xdp(const std::string &interface, uint32_t ifindex, AttachMode mode,
                                                 int program) const {
    fp_attachment record = {};
    if (replace_xdp(interface, ifindex, mode, program) && bpf_map_lookup_elem(map_fd_, &ifindex, &record) == 0) {
        return Xdp{.mode = record.mode, .created = false};
    }
    uint32_t chosen = mode == AttachMode::generic ? FP_ATTACH_GENERIC : FP_ATTACH_NATIVE;
    UniqueFd link = create_xdp_link(ifindex, chosen, program);
    int code = link ? 0 : errno;
    // An occupied interface says nothing about what its driver can do.
    if (!link && mode == AttachMode::automatic && !is_occupied(code)) {
        spdlog::warn("{}: falling back to generic mode, which is slower (native mode: {})", interface,
                     std::generic_category().message(code));
        chosen = FP_ATTACH_GENERIC;
        link = create_xdp_link(ifindex, chosen, program);
        code = link ? 0 : errno;
    }
    if (!link) {
        auto error = fail_errno("cannot attach to " + interface + " in " + mode_name(chosen) + " mode", code);
        error.value().message += is_occupied(code) ? occupied_advice(ifindex, interface) : "";
        return error;
    }
    if (bpf_obj_pin(link.get(), link_pin(interface).c_str()) != 0) {
        return fail_errno("cannot pin the XDP link of " + interface + " at " + link_pin(interface).string());
    }
    return Xdp{.mode = chosen, .created = true};
}

Result<> Attachments::detach_xdp(const std::string &interface) const {
    const UniqueFd link(bpf_obj_get(link_pin(interface).c_str()));
    if (!link) {
        return {};
    }
    Result<> result;
    if (link_ifindex(link.get()) != 0 && bpf_link_detach(link.get()) != 0) {
        result = fail_errno("cannot detach XDP from " + interface);
    }
    ::unlink(link_pin(interface).c_str());
    return result;
}

Result<> Attachments::attach_tc(uint32_t ifindex, int program, fp_attachment &record) const {
    bpf_tc_hook hook = egress_of(ifindex);
    const int created = bpf_tc_hook_create(&hook);
    if (created != 0 && created != -EEXIST) {
        return fail_errno(std::string("cannot add the clsact qdisc to ") + record.interface, -created);
    }

    LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program, .flags = BPF_TC_F_REPLACE, .handle = tc_handle,
                .priority = tc_priority);
    if (const int code = -bpf_tc_attach(&hook, &options); code != 0) {
        if (created == 0) {
            remove_clsact(ifindex);
        }
        return fail_errno(std::string("cannot attach the learner to the egress of ") + record.interface, code);
    }
    record.owns_clsact |= created == 0 ? 1 : 0;
    record.tc_handle = tc_handle;
    record.tc_priority = tc_priority;
    return {};
}

Result<Attached> Attachments::attach(const std::string &interface, AttachMode mode,
                                     const ProgramDescriptors &programs) {
    const uint32_t ifindex = ::if_nametoindex(interface.c_str());
    if (ifindex == 0) {
        return fail_errno("no interface " + interface + " in this network namespace (see `ip link`)");
    }
    if (Result<> ethernet = require_ethernet(interface); !ethernet) {
        return tl::unexpected(ethernet.error());
    }
    Attached attached = {ifindex, {}, true};
    bpf_map_lookup_elem(map_fd_, &ifindex, &attached.record); // an earlier daemon's, for owns_clsact
    if (attached.record.netns != own_netns()) {
        attached.record = {}; // of an interface that only has the same number
    }
    std::strncpy(attached.record.interface, interface.c_str(), sizeof(attached.record.interface) - 1);

    // XDP first, for only it tells whether the interface is free: the filter below replaces any that has our handle, also
    // that of another daemon. Misses in the instant before the learner is there are merely not learned.
    const Result<Xdp> xdp = attach_xdp(interface, ifindex, mode, programs.fastpath);
    if (!xdp) {
        return tl::unexpected(xdp.error());
    }
    attached.record.mode = xdp->mode;
    attached.record.netns = own_netns();
    if (Result<> tc = attach_tc(ifindex, programs.learn, attached.record); !tc) {
        if (xdp->created) { // one that was taken over is still as its record says
            detach_xdp(interface);
        }
        return tl::unexpected(tc.error());
    }
    // Only a record that is new can lack room, so all that it tells of is of this call.
    if (bpf_map_update_elem(map_fd_, &ifindex, &attached.record, BPF_ANY) != 0) {
        const auto error = fail_errno("cannot write the map attachments");
        detach(attached);
        return error;
    }
    return attached;
}

Result<> Attachments::detach(const Attached &attached) {
    const std::string interface = attached.record.interface;
    if (attached.record.netns != 0 && attached.record.netns != own_netns()) {
        return fail(interface + " is in another network namespace (inode " + std::to_string(attached.record.netns) +
                    " of /proc/PID/ns/net); run this there, for example with `nsenter --net`");
    }
    Result<> result = detach_xdp(interface);
    if (attached.record.tc_handle != 0) {
        const bpf_tc_hook hook = egress_of(attached.ifindex);
        LIBBPF_OPTS(bpf_tc_opts, options, .handle = attached.record.tc_handle, .priority = attached.record.tc_priority);
        const int code = -bpf_tc_detach(&hook, &options);
        if (code != 0 && code != ENOENT && code != ENODEV && code != EINVAL) {
            result = fail_errno("cannot detach the learner from " + interface, code);
        }
        if (attached.record.owns_clsact != 0) {
            remove_clsact(attached.ifindex);
        }
    }
    bpf_map_delete_elem(map_fd_, &attached.ifindex);
    return result;
}

std::vector<Attached> Attachments::list() const {
    std::vector<Attached> all;
    uint32_t ifindex = 0;
    const uint32_t *previous = nullptr;
    while (bpf_map_get_next_key(map_fd_, previous, &ifindex) == 0) {
        Attached attached = {ifindex, {}, false};
        if (bpf_map_lookup_elem(map_fd_, &ifindex, &attached.record) == 0) {
            const UniqueFd link(bpf_obj_get(link_pin(attached.record.interface).c_str()));
            attached.live = link && link_ifindex(link.get()) == ifindex && has_learner(attached);
            all.push_back(attached);
        }
        previous = &ifindex;
    }
    return all;
}

} // namespace fastpath
