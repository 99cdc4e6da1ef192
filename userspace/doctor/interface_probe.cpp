// SPDX-License-Identifier: Apache-2.0
#include "doctor/interface_probe.h"

#include "nic/ethtool.h"
#include "util/unique_fd.h"

#include <algorithm>
#include <cstring>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace fastpath::doctor {

namespace {

class Interface {
  public:
    explicit Interface(const std::string &name) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        std::strncpy(request_.ifr_name, name.c_str(), IFNAMSIZ - 1);
    }

    // "" where it has none, as a loopback interface.
    std::string driver() {
        ethtool_drvinfo info = {};
        info.cmd = ETHTOOL_GDRVINFO;
        return ask(&info) ? std::string(info.driver, ::strnlen(info.driver, sizeof(info.driver))) : "";
    }

    uint32_t mtu() {
        return ::ioctl(socket_.get(), SIOCGIFMTU, &request_) == 0 ? static_cast<uint32_t>(request_.ifr_mtu) : 0;
    }

    // A driver has queues for both directions together, or for each its own; zeros where it does not say.
    ethtool_channels channels() {
        ethtool_channels channels = {};
        channels.cmd = ETHTOOL_GCHANNELS;
        return ask(&channels) ? channels : ethtool_channels{};
    }

  private:
    bool ask(void *command) {
        request_.ifr_data = static_cast<char *>(command);
        return ::ioctl(socket_.get(), SIOCETHTOOL, &request_) == 0;
    }

    UniqueFd socket_;
    ifreq request_ = {};
};

} // namespace

InterfaceFacts probe_interface(const std::string &name, bool is_native) {
    Interface interface(name);
    const ethtool_channels channels = interface.channels();
    InterfaceFacts facts = {.name = name,
                            .is_native = is_native,
                            .driver = interface.driver(),
                            .mtu = interface.mtu(),
                            .queues = channels.combined_count + channels.rx_count,
                            .most_queues = std::max(channels.max_combined, channels.max_rx),
                            .counters = {}};
    for (const NicStatistic &statistic : read_nic_statistics(name)) {
        facts.counters[statistic.name] = statistic.value;
    }
    return facts;
}

} // namespace fastpath::doctor
