// SPDX-License-Identifier: Apache-2.0
// ProbedHosts: hosts in virtual time whose addresses answer probes as the test says.
#pragma once

#include "upstream/never.h"
#include "upstream/own_query.h"
#include "upstream/query_client.h"
#include "util/address.h"
#include "util/result.h"

#include <chrono>
#include <dns_fastpath/abi.h>
#include <functional>
#include <map>
#include <variant>
#include <vector>

namespace fastpath {

inline constexpr uint64_t start_ns = 1000 * FP_NSEC_PER_SEC;

// What is at an address. Nobody listens at the others.
struct NoAnswer {};
struct Lack {};                                      // we cannot even ask
using Behaviour = std::variant<int, NoAnswer, Lack>; // int: answers at once, with this rcode

// All of them: takes probes, and calls back when their time has come.
class ProbedHosts {
  public:
    struct Asked {
        SocketAddress server;
        OwnQuery query;
        std::chrono::nanoseconds timeout;
        uint64_t at_ns;
    };

    Result<> ask(const SocketAddress &server, const OwnQuery &query, std::chrono::nanoseconds timeout,
                 QueryClient::Callback callback) {
        const auto found = at.find(server.address);
        const Behaviour *const behaviour = found == at.end() ? nullptr : &found->second;
        if (behaviour != nullptr && std::holds_alternative<Lack>(*behaviour)) {
            return fail("no descriptor is left");
        }
        asked.push_back({server, query, timeout, now_ns});
        if (behaviour == nullptr) {
            coming_.emplace(now_ns,
                            [callback](uint64_t now) { callback(tl::unexpected(QueryFailure::unreachable), now); });
        } else if (std::holds_alternative<NoAnswer>(*behaviour)) {
            coming_.emplace(now_ns + static_cast<uint64_t>(timeout.count()),
                            [callback](uint64_t now) { callback(tl::unexpected(QueryFailure::timeout), now); });
        } else {
            std::vector<uint8_t> answer = build_query(query, 1);
            answer[3] = static_cast<uint8_t>(std::get<int>(*behaviour));
            coming_.emplace(now_ns + 1'000'000, [callback, answer](uint64_t now) { callback(answer, now); });
        }
        return {};
    }

    [[nodiscard]] uint64_t due_ns() const { return coming_.empty() ? never_ns : coming_.begin()->first; }
    void deliver_next() {
        const auto callback = std::move(coming_.begin()->second);
        coming_.erase(coming_.begin());
        callback(now_ns);
    }

    std::map<IpAddress, Behaviour> at;
    std::vector<Asked> asked;
    uint64_t now_ns = start_ns;

  private:
    std::multimap<uint64_t, std::function<void(uint64_t)>> coming_;
};

} // namespace fastpath
