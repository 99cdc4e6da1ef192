// SPDX-License-Identifier: Apache-2.0
#include "conntrack/firewall_events.h"

#include <array>
#include <cstring>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace fastpath {

namespace {

// Attribute 1 names the table in messages about tables, chains, rules, sets, elements, objects and flowtables alike.
static_assert(NFTA_TABLE_NAME == 1 && NFTA_CHAIN_TABLE == 1 && NFTA_RULE_TABLE == 1 && NFTA_SET_TABLE == 1 &&
              NFTA_SET_ELEM_LIST_TABLE == 1 && NFTA_OBJ_TABLE == 1 && NFTA_FLOWTABLE_TABLE == 1);
constexpr uint16_t table_attribute = 1;
constexpr size_t attribute_head = sizeof(nlattr); // NLA_HDRLEN, which is a signed number

template <class T> bool read(std::span<const std::byte> from, T &value) {
    if (from.size() < sizeof(T)) {
        return false;
    }
    std::memcpy(&value, from.data(), sizeof(T));
    return true;
}

// The value of the attribute without its final 0; "" where there is none.
std::string_view table_in(std::span<const std::byte> attributes) {
    nlattr attribute = {};
    while (read(attributes, attribute) && attribute.nla_len >= attribute_head &&
           attribute.nla_len <= attributes.size()) {
        if ((attribute.nla_type & NLA_TYPE_MASK) == table_attribute) {
            const auto *const text = reinterpret_cast<const char *>(attributes.data() + attribute_head);
            return {text, ::strnlen(text, attribute.nla_len - attribute_head)};
        }
        const size_t aligned = NLA_ALIGN(attribute.nla_len);
        attributes = attributes.subspan(std::min(aligned, attributes.size()));
    }
    return {};
}

bool is_of_rules(int type) {
    switch (type) {
    case NFT_MSG_NEWTABLE:
    case NFT_MSG_DELTABLE:
    case NFT_MSG_NEWCHAIN:
    case NFT_MSG_DELCHAIN:
    case NFT_MSG_NEWRULE:
    case NFT_MSG_DELRULE:
        return true;
    default:
        return false;
    }
}

FirewallChange change_of(std::span<const std::byte> message, const nlmsghdr &header, std::string_view our_table) {
    nfgenmsg general = {};
    const std::span<const std::byte> payload = message.subspan(NLMSG_HDRLEN);
    const int type = NFNL_MSG_TYPE(header.nlmsg_type);
    // NEWGEN ends a transaction and is of no table; its attribute 1 is a number.
    if (NFNL_SUBSYS_ID(header.nlmsg_type) != NFNL_SUBSYS_NFTABLES || type == NFT_MSG_NEWGEN ||
        !read(payload, general)) {
        return {};
    }
    const bool is_ours =
        general.nfgen_family == NFPROTO_INET && table_in(payload.subspan(sizeof(general))) == our_table;
    return {.ours = is_ours, .others = !is_ours && is_of_rules(type)};
}

void add(FirewallChange &sum, const FirewallChange &more) {
    sum.ours = sum.ours || more.ours;
    sum.others = sum.others || more.others;
}

} // namespace

FirewallChange change_in(std::span<const std::byte> messages, std::string_view our_table) {
    FirewallChange change;
    nlmsghdr header = {};
    while (read(messages, header) && header.nlmsg_len >= NLMSG_HDRLEN && header.nlmsg_len <= messages.size()) {
        add(change, change_of(messages.first(header.nlmsg_len), header, our_table));
        const size_t aligned = NLMSG_ALIGN(header.nlmsg_len);
        messages = messages.subspan(std::min(aligned, messages.size()));
    }
    return change;
}

Result<FirewallEvents> FirewallEvents::open(std::string table) {
    UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
    sockaddr_nl address = {};
    address.nl_family = AF_NETLINK;
    address.nl_groups = 1U << (NFNLGRP_NFTABLES - 1);
    if (!socket || ::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0) {
        return fail_errno("cannot watch the nftables of this kernel");
    }
    return FirewallEvents(std::move(table), std::move(socket));
}

FirewallChange FirewallEvents::drain() {
    FirewallChange change;
    std::array<std::byte, 32'768> buffer; // the kernel's messages are of at most NLMSG_GOODSIZE, 8 KiB
    while (true) {
        const ssize_t length = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (length < 0 && errno == ENOBUFS) { // a large ruleset was loaded, and the socket's buffer overflowed
            change = {.ours = true, .others = true};
        } else if (length <= 0) {
            return change;
        } else {
            add(change, change_in({buffer.data(), static_cast<size_t>(length)}, table_));
        }
    }
}

} // namespace fastpath
