// SPDX-License-Identifier: Apache-2.0
// The choice of an upstream is computed by the programs, by the daemon for its own queries, and here: it comes out the same.
#include "random_name.h"
#include "steer/tables.h"
#include "steer_fixture.h"
#include "steer_order.h"
#include "util/address.h"

#include <bpf/bpf.h>
#include <memory>
#include <random>

namespace fastpath::test {
namespace {

// What the entries of two tables say together is the index itself.
class TableIndex : public Steering {
  protected:
    static constexpr int base = 128; // its square is more than the entries of a table

    void SetUp() override {
        Steering::SetUp();
        digits_ = world().add_all(addresses_of("198.18.9.", base));
    }

    void set_digit(int divisor) {
        const auto table = std::make_unique<fp_table>();
        table->members = 1;
        table->member[0] = digits_[0].number;
        for (int i = 0; i < FP_MAGLEV_SIZE; i++) {
            table->entry[i] = digits_[static_cast<size_t>(i / divisor % base)].number;
        }
        world().set_table({}, false, *table);
    }

    // The number of the upstream, counted from the first one.
    uint32_t digit_for(const Octets &name) {
        (void)run(frame(Udp{.src = next_port_++}, DnsQuery{.raw_name = name}).octets());
        const std::vector<OpenFlow> flows = SteeringWorld::flows();
        EXPECT_EQ(flows.size(), 1U);
        bpf_map_delete_elem(loaded().programs.map("flows"), &flows[0].key);
        return flows[0].flow.upstream - uint32_t{digits_[0].number};
    }

    std::vector<Upstream> digits_;
    uint16_t next_port_ = 1;
};

TEST_F(TableIndex, OfNamesOfEveryLength) {
    std::mt19937 random(4);
    std::vector<Octets> names;
    for (size_t length = 1; length <= FP_DNS_NAME_MAX; length += length == 1 ? 2 : 1) { // no name has two octets
        names.push_back(random_name(random, length));
    }
    std::vector<uint32_t> low;
    set_digit(1);
    for (const Octets &name : names) {
        low.push_back(digit_for(name));
    }
    set_digit(base);
    for (size_t i = 0; i < names.size(); i++) {
        EXPECT_EQ(base * digit_for(names[i]) + low[i], table_index_of(names[i])) << names[i].size() << " octets";
    }
}

// The daemon asks upstreams, too: the same ones as the programs.
TEST_F(TableIndex, TheDaemonsChoiceIsTheSame) {
    SteeringPlan plan;
    for (const Upstream &upstream : digits_) {
        plan.upstreams.push_back({.id = {"default", parse_address(upstream.address).value()},
                                  .number = upstream.number,
                                  .az = "",
                                  .weight = upstream.number});
    }
    const Tables tables = make_tables(plan, [](uint16_t) { return true; });
    world().set_table({}, false, tables.at({0, false, 0})->entries);
    for (int i = 0; i < 300; i++) {
        const DnsQuery query = {.name = "Host" + std::to_string(i) + ".Example.COM."};
        const Octets name = query.name_octets();
        const auto number = choose_upstream({}, tables, expand_name(name, 0), 0, false);
        ASSERT_TRUE(number);
        EXPECT_TRUE(steers(frame(query), digits_.at(*number - digits_[0].number)));
    }
}

} // namespace
} // namespace fastpath::test
