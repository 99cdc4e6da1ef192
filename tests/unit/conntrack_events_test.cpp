// SPDX-License-Identifier: Apache-2.0
// Which of the kernel's announcements are about our table.
#include "conntrack/firewall_events.h"

#include <cstring>
#include <gtest/gtest.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <vector>

namespace fastpath {
namespace {

using Bytes = std::vector<std::byte>;

void append(Bytes &bytes, const void *data, size_t size) {
    const size_t end = bytes.size();
    bytes.resize(end + size);
    std::memcpy(bytes.data() + end, data, size);
}

template <class T> void append(Bytes &bytes, const T &value) {
    append(bytes, &value, sizeof(value));
}

void align(Bytes &bytes) {
    bytes.resize((bytes.size() + 3) / 4 * 4);
}

Bytes attribute(uint16_t type, const std::string &value) {
    Bytes bytes;
    append(bytes, nlattr{static_cast<uint16_t>(sizeof(nlattr) + value.size() + 1), type});
    append(bytes, value.c_str(), value.size() + 1);
    align(bytes);
    return bytes;
}

Bytes message(int type, uint8_t family, const std::vector<Bytes> &attributes, int subsystem = NFNL_SUBSYS_NFTABLES) {
    Bytes bytes;
    nlmsghdr header = {};
    header.nlmsg_type = static_cast<uint16_t>(subsystem << 8 | type);
    append(bytes, header);
    append(bytes, nfgenmsg{family, NFNETLINK_V0, 0});
    for (const Bytes &part : attributes) {
        append(bytes, part.data(), part.size());
    }
    header.nlmsg_len = static_cast<uint32_t>(bytes.size());
    std::memcpy(bytes.data(), &header, sizeof(header));
    return bytes;
}

bool is_ours(const Bytes &bytes) {
    return change_in(bytes, "ours").ours;
}

TEST(FirewallEvents, NoticeEachKindOfChangeInTheTable) {
    for (const int type : {NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE, NFT_MSG_NEWCHAIN, NFT_MSG_DELCHAIN, NFT_MSG_NEWRULE,
                           NFT_MSG_DELRULE, NFT_MSG_NEWSET, NFT_MSG_DELSET, NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM}) {
        EXPECT_TRUE(is_ours(message(type, NFPROTO_INET, {attribute(1, "ours")}))) << type;
    }
}

TEST(FirewallEvents, LeaveOtherTablesAlone) {
    EXPECT_FALSE(is_ours(message(NFT_MSG_DELTABLE, NFPROTO_INET, {attribute(1, "other")})));
    EXPECT_FALSE(is_ours(message(NFT_MSG_DELTABLE, NFPROTO_INET, {attribute(1, "ours2")})));
    EXPECT_FALSE(is_ours(message(NFT_MSG_DELTABLE, NFPROTO_INET, {attribute(1, "our")})));
    EXPECT_FALSE(is_ours(message(NFT_MSG_DELTABLE, NFPROTO_IPV4, {attribute(1, "ours")}))) << "of another family";
    EXPECT_FALSE(is_ours(message(NFT_MSG_NEWCHAIN, NFPROTO_INET, {attribute(3, "ours")}))) << "the name of a chain";
    EXPECT_FALSE(is_ours(message(NFT_MSG_DELTABLE, NFPROTO_INET, {})));
}

TEST(FirewallEvents, NoticeTablesChainsAndRulesOfOthersAndNotTheirElements) {
    for (const int type :
         {NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE, NFT_MSG_NEWCHAIN, NFT_MSG_DELCHAIN, NFT_MSG_NEWRULE, NFT_MSG_DELRULE}) {
        const FirewallChange change = change_in(message(type, NFPROTO_IPV4, {attribute(1, "other")}), "ours");
        EXPECT_EQ(change, (FirewallChange{.ours = false, .others = true})) << type;
    }
    for (const int type : {NFT_MSG_NEWSET, NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM, NFT_MSG_NEWGEN}) {
        EXPECT_EQ(change_in(message(type, NFPROTO_INET, {attribute(1, "other")}), "ours"), FirewallChange{}) << type;
    }
}

TEST(FirewallEvents, LeaveOtherMessagesAlone) {
    EXPECT_FALSE(is_ours(message(NFT_MSG_NEWGEN, NFPROTO_INET, {attribute(1, "ours")})));
    EXPECT_FALSE(is_ours(message(NFT_MSG_DELTABLE, NFPROTO_INET, {attribute(1, "ours")}, NFNL_SUBSYS_CTNETLINK)));
}

TEST(FirewallEvents, FindTheTableBehindOtherMessagesAndAttributes) {
    Bytes several = message(NFT_MSG_DELTABLE, NFPROTO_INET, {attribute(1, "other")});
    const Bytes last = message(NFT_MSG_DELRULE, NFPROTO_INET, {attribute(7, "abcde"), attribute(1, "ours")});
    append(several, last.data(), last.size());
    EXPECT_TRUE(is_ours(several));
}

TEST(FirewallEvents, EndWhereAMessageIsCutOff) {
    const Bytes whole = message(NFT_MSG_DELTABLE, NFPROTO_INET, {attribute(1, "ours")});
    for (size_t length = 0; length < whole.size(); length++) {
        EXPECT_FALSE(is_ours(Bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length)))) << length;
    }
}

// A length of 0 would go round for ever.
TEST(FirewallEvents, EndAtLengthsThatCannotBe) {
    Bytes empty = message(NFT_MSG_DELTABLE, NFPROTO_INET, {});
    std::memset(empty.data(), 0, sizeof(uint32_t));
    EXPECT_FALSE(is_ours(empty));
    Bytes inner = message(NFT_MSG_DELTABLE, NFPROTO_INET, {attribute(7, "abc"), attribute(1, "ours")});
    std::memset(inner.data() + sizeof(nlmsghdr) + sizeof(nfgenmsg), 0, sizeof(uint16_t));
    EXPECT_FALSE(is_ours(inner));
}

} // namespace
} // namespace fastpath
