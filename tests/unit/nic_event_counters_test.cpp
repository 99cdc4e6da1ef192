// SPDX-License-Identifier: Apache-2.0
// Statistics as drivers give them (`ethtool -S`), and what is exported of them.
#include "nic/event_counters.h"

#include <gtest/gtest.h>

namespace fastpath {
namespace {

using Counters = std::map<std::string, uint64_t>;

TEST(NicEventCounters, OfEnaAreAllowancesAndErrors) {
    EXPECT_EQ(event_counters({{"total_resets", 0},
                              {"tx_timeout", 1},
                              {"suspend", 0},
                              {"wd_expired", 0},
                              {"bw_in_allowance_exceeded", 2},
                              {"bw_out_allowance_exceeded", 3},
                              {"pps_allowance_exceeded", 4},
                              {"conntrack_allowance_exceeded", 5},
                              {"linklocal_allowance_exceeded", 6},
                              {"conntrack_allowance_available", 136812},
                              {"queue_0_tx_cnt", 100},
                              {"queue_0_tx_dma_mapping_err", 7},
                              {"queue_1_tx_dma_mapping_err", 8},
                              {"queue_0_rx_csum_good", 100},
                              {"queue_0_rx_xdp_drop", 9},
                              {"ena_admin_q_aborted_cmd", 0}}),
              (Counters{{"tx_timeout", 1},
                        {"bw_in_allowance_exceeded", 2},
                        {"bw_out_allowance_exceeded", 3},
                        {"pps_allowance_exceeded", 4},
                        {"conntrack_allowance_exceeded", 5},
                        {"linklocal_allowance_exceeded", 6},
                        {"queue_tx_dma_mapping_err", 15},
                        {"queue_rx_xdp_drop", 9}}));
}

TEST(NicEventCounters, OfAVethAreTheLossesOfItsQueues) {
    EXPECT_EQ(event_counters({{"peer_ifindex", 7},
                              {"rx_queue_0_xdp_packets", 1},
                              {"rx_queue_0_drops", 2},
                              {"rx_queue_1_drops", 3},
                              {"rx_queue_0_xdp_tx_errors", 4},
                              {"tx_queue_0_xdp_xmit_errors", 5}}),
              (Counters{{"rx_queue_drops", 5}, {"rx_queue_xdp_tx_errors", 4}, {"tx_queue_xdp_xmit_errors", 5}}));
}

TEST(NicEventCounters, AreNotCountedTwiceWhereTheDriverGivesTheSum) {
    EXPECT_EQ(event_counters({{"rx_drops", 5}, {"rx_kicks", 1}, {"rx0_drops", 2}, {"rx1_drops", 2}}),
              (Counters{{"rx_drops", 5}}));
    EXPECT_EQ(event_counters({{"rx0_drops", 2}, {"rx1_drops", 2}, {"rx_drops", 5}}), (Counters{{"rx_drops", 5}}));
}

// A driver's name may hold anything.
TEST(NicEventCounters, HaveNamesOfOneKind) {
    EXPECT_EQ(event_counters({{"[0]: rx_Drops", 1}, {"port.tx-dropped link down", 2}, {" \xff errors\"", 3}}),
              (Counters{{"rx_drops", 1}, {"port_tx_dropped_link_down", 2}, {"errors", 3}}));
}

TEST(NicEventCounters, AreNoneWhereNothingIsLost) {
    EXPECT_EQ(event_counters({{"rx_packets", 1}, {"dropping_zone", 1}, {"", 2}, {"17", 3}}), Counters{});
}

} // namespace
} // namespace fastpath
