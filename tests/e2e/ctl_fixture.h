// SPDX-License-Identifier: Apache-2.0
// Ctl: dns-fastpathctl on real pins, with and without a daemon; the test stands in for the daemon. In a network namespace of
// its own, below a pin directory of its own.
#pragma once

#include "bpf/answer_maps.h"
#include "bpf/pin_directory.h"
#include "bpf/programs.h"
#include "cache/answer_table.h"
#include "e2e/ctl_result.h"
#include "harness/process.h"
#include "unit/ctl_cached_answer.h"
#include "util/address.h"

#include <dns_fastpath/abi.h>
#include <dns_fastpath/steer.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace fastpath::test {

using nlohmann::json;

class Ctl : public testing::Test {
  public:
    static void SetUpTestSuite();

  protected:
    static constexpr uint32_t bucket_count = 4096;
    static constexpr uint32_t generation_in_use = 7;
    static constexpr const char *interface = "fpctl0";
    static constexpr IpAddress address4 = IpAddress::from_ipv4({192, 0, 2, 53});
    static constexpr IpAddress address6 = {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53}};
    static constexpr const char *no_pins = "/sys/fs/bpf/fp-nothing-here";

    Ctl();
    ~Ctl() override;
    Ctl(const Ctl &) = delete;
    Ctl &operator=(const Ctl &) = delete;

    // The lock is what tells a daemon that runs from one that does not.
    void stop_daemon() { directory_.reset(); }

    void write_meta(uint64_t heartbeat_age_ns = 0, uint32_t abi_version = FP_ABI_VERSION);
    [[nodiscard]] fp_meta meta() const;

    // As the daemon does, which finds addresses on its interfaces.
    void listen_on(const IpAddress &address, uint32_t generation = generation_in_use);

    // At the numbers 3 and 5: two in pool `default`, one of which counts 2 queries on each CPU.
    void add_upstreams();
    [[nodiscard]] fp_upstream upstream(uint32_t number) const;

    void attach();
    // Without the tool: a link goes away like this when somebody detaches it, or when its interface goes.
    void break_link();
    static std::string interface_state();
    static std::string egress_filters();

    static ResponseText address_of(const std::string &name) {
        return {.question = name + " IN A", .answer = {name + " 300 IN A 192.0.2.1"}};
    }
    // Into the cache; its time and hash key are those of this host.
    void add(const ResponseText &text, CachedQuery query = {}, uint64_t age_seconds = 0);

    [[nodiscard]] Finished ctl(const Command &words) const { return ctl_on(pins_, words); }
    static Finished ctl_on(const std::filesystem::path &pins, const Command &words);
    // What the JSON output says, whatever the exit code.
    [[nodiscard]] json ctl_json(Command words) const;

    const std::filesystem::path pins_;
    const HashKey hash_key_;
    std::optional<PinDirectory> directory_;
    std::optional<Programs> programs_;
    std::optional<AnswerMaps> maps_;
    std::optional<AnswerTable> table_;

  private:
    void write_generations();
};

} // namespace fastpath::test
