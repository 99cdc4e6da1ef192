// SPDX-License-Identifier: Apache-2.0
// Three calls, as in ethtool(8): how many, their names, their values. The answers have a flexible array at their end.
#include "nic/ethtool.h"

#include "util/unique_fd.h"

#include <cstddef>
#include <cstring>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <optional>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace fastpath {

namespace {

class Device {
  public:
    explicit Device(const std::string &interface) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        std::strncpy(request_.ifr_name, interface.c_str(), IFNAMSIZ - 1);
    }

    // `command` is one of the structs of ethtool.h, with its array behind it.
    bool ask(void *command) {
        request_.ifr_data = static_cast<char *>(command);
        return ::ioctl(socket_.get(), SIOCETHTOOL, &request_) == 0;
    }

  private:
    UniqueFd socket_;
    ifreq request_ = {};
};

// A struct of ethtool.h with `octets` behind it. Its words are 64 bits wide, which is enough for any of them to lie on.
template <class Head> class Answer {
  public:
    explicit Answer(size_t octets) : words_((sizeof(Head) + octets + sizeof(uint64_t) - 1) / sizeof(uint64_t)) {}

    Head *operator->() { return reinterpret_cast<Head *>(words_.data()); }
    void *data() { return words_.data(); }
    [[nodiscard]] const char *behind() const { return reinterpret_cast<const char *>(words_.data()) + sizeof(Head); }

  private:
    std::vector<uint64_t> words_;
};

std::optional<uint32_t> count_statistics(Device &device) {
    Answer<ethtool_sset_info> info(sizeof(uint32_t));
    info->cmd = ETHTOOL_GSSET_INFO;
    info->sset_mask = uint64_t{1} << ETH_SS_STATS;
    if (!device.ask(info.data()) || info->sset_mask == 0) {
        return std::nullopt;
    }
    uint32_t count = 0;
    std::memcpy(&count, info.behind(), sizeof(count));
    return count;
}

} // namespace

std::vector<NicStatistic> read_nic_statistics(const std::string &interface) {
    Device device(interface);
    const uint32_t count = count_statistics(device).value_or(0);
    Answer<ethtool_gstrings> names(size_t{count} * ETH_GSTRING_LEN);
    names->cmd = ETHTOOL_GSTRINGS;
    names->string_set = ETH_SS_STATS;
    names->len = count;
    Answer<ethtool_stats> values(count * sizeof(uint64_t));
    values->cmd = ETHTOOL_GSTATS;
    values->n_stats = count;
    // A driver that has other queues by now has other statistics: what does not belong together is not shown.
    if (count == 0 || !device.ask(names.data()) || !device.ask(values.data()) || names->len != count ||
        values->n_stats != count) {
        return {};
    }
    std::vector<NicStatistic> statistics(count);
    for (size_t i = 0; i < count; i++) {
        const char *const name = names.behind() + i * ETH_GSTRING_LEN;
        statistics[i].name.assign(name, ::strnlen(name, ETH_GSTRING_LEN));
        std::memcpy(&statistics[i].value, values.behind() + i * sizeof(uint64_t), sizeof(uint64_t));
    }
    return statistics;
}

} // namespace fastpath
