// SPDX-License-Identifier: Apache-2.0
#include "nic/event_counters.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace fastpath {

namespace {

// Words of names that drivers give to losses: ena, ixgbe, ice, mlx5, virtio_net, veth, gve, ...
constexpr auto loss_words = std::to_array<std::string_view>(
    {"exceeded", "drop",     "drops",   "dropped",  "discard", "discards", "discarded", "missed",
     "nobuf",    "error",    "errors",  "err",      "errs",    "fault",    "faults",    "fail",
     "failed",   "failures", "overrun", "overruns", "timeout", "timeouts"});

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_number(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), is_digit);
}

// "rx_queue_0_drops", "queue_3_rx_xdp_drop", "rx0_xdp_drop", "tx-3.errors": letters, and numbers, in between anything.
std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> words;
    bool joins = false;
    for (const char raw : name) {
        const char c = raw >= 'A' && raw <= 'Z' ? static_cast<char>(raw - 'A' + 'a') : raw;
        const bool is_letter = c >= 'a' && c <= 'z';
        if (!is_letter && !is_digit(c)) {
            joins = false;
            continue;
        }
        if (!joins) {
            words.emplace_back();
        }
        words.back() += c;
        joins = true;
    }
    return words;
}

// Takes the number of a queue off; is there one? mlx5 and virtio_net write it behind the direction.
bool drop_queue_number(std::string &word) {
    if (is_number(word)) {
        word.clear();
        return true;
    }
    for (const std::string_view direction : {"rx", "tx", "ch"}) {
        if (word.starts_with(direction) && is_number(std::string_view(word).substr(direction.size()))) {
            word = direction;
            return true;
        }
    }
    return false;
}

bool tells_of_loss(const std::vector<std::string> &words) {
    return std::any_of(words.begin(), words.end(), [](const std::string &word) {
        return std::find(loss_words.begin(), loss_words.end(), word) != loss_words.end();
    });
}

} // namespace

// Some drivers give the sum as well, and that is what counts: it knows of queues that there are no more.
std::map<std::string, uint64_t> event_counters(const std::vector<NicStatistic> &statistics) {
    std::map<std::string, uint64_t> of_device;
    std::map<std::string, uint64_t> of_queues;
    for (const NicStatistic &statistic : statistics) {
        std::vector<std::string> words = words_of(statistic.name);
        if (!tells_of_loss(words)) {
            continue;
        }
        std::string name;
        bool is_of_queue = false;
        for (std::string &word : words) {
            is_of_queue = drop_queue_number(word) || is_of_queue;
            name += (name.empty() || word.empty() ? "" : "_") + word;
        }
        (is_of_queue ? of_queues : of_device)[name] += statistic.value;
    }
    of_device.merge(of_queues);
    return of_device;
}

} // namespace fastpath
