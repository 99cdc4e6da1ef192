// SPDX-License-Identifier: Apache-2.0
// SteeringWorld: what the programs need to steer, as the daemon writes it down: upstreams, tables, interfaces, routes by zone; and
// the open flows that they make of it.
#pragma once

#include "steer/tables.h"

#include <dns_fastpath/steer.h>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fastpath::test {

inline constexpr uint32_t own_ifindex = 1;               // lo: by it come the packets of BPF_PROG_TEST_RUN
inline constexpr uint32_t other_ifindex = 77;            // attached too
inline constexpr uint32_t strange_ifindex = 78;          // not attached
inline constexpr uint32_t vlan_ifindex = 79;             // a VLAN interface upon the first
inline constexpr const char *source_ipv4 = "198.18.0.4"; // of ours, on both
inline constexpr const char *source_ipv6 = "2001:db8::4";
inline constexpr const char *vlan_source_ipv4 = "198.18.42.4";
inline constexpr const char *vlan_source_ipv6 = "2001:db8:42::4";

struct Upstream {
    uint16_t number;
    std::string address; // empty: the resolver on this host

    [[nodiscard]] bool is_local() const { return address.empty(); }
    auto operator<=>(const Upstream &) const = default;
};

// "198.18.1." and 3: the addresses that end in 0, 1 and 2.
[[nodiscard]] std::vector<std::string> addresses_of(const std::string &net, int count);

// Which table.
struct Place {
    uint32_t pool = 0;
    uint32_t tier = 0;
    uint32_t generation = 0;

    auto operator<=>(const Place &) const = default;
};

struct OpenFlow {
    fp_flow_key key;
    fp_flow flow;
};

class SteeringWorld {
  public:
    // Both interfaces with the sources above; nobody to steer to, nothing on the way, nothing asked before.
    SteeringWorld();
    ~SteeringWorld(); // takes all of it back, and every listener and client
    SteeringWorld(const SteeringWorld &) = delete;
    SteeringWorld &operator=(const SteeringWorld &) = delete;

    // Up, and the last member of the tables of this place: of its family, the local one of both. Entry i of a table is member i % n.
    Upstream add(const std::string &address, const Place &place = {});
    Upstream add_local(const Place &place = {}) { return add({}, place); }
    // As many at once, all of one family.
    std::vector<Upstream> add_all(const std::vector<std::string> &addresses, const Place &place = {});
    // A member of another place, too.
    void add_to(const Place &place, const Upstream &upstream);
    // Whatever it says; for tables of another shape than that.
    void set_table(const Place &place, bool is_ipv6, const fp_table &table);

    [[nodiscard]] fp_upstream get(const Upstream &upstream) const;
    void set(const Upstream &upstream, const fp_upstream &value);
    void set_state(const Upstream &upstream, fp_upstream_state state);

    void set_sources(uint32_t ifindex, const std::vector<std::string> &ipv4, const std::vector<std::string> &ipv6);
    // A VLAN interface upon one that is attached, with addresses of its own.
    void add_vlan(uint32_t ifindex, uint32_t parent, uint16_t id);
    [[nodiscard]] bool is_vlan(uint32_t ifindex) const { return vlans_.contains(ifindex); }
    [[nodiscard]] std::vector<std::string> sources(uint32_t ifindex, bool is_ipv6) const;

    // `zone` on the wire, lower-cased.
    void route_zone(const std::vector<uint8_t> &zone, uint16_t pool, uint32_t generation = 0);
    void route_zone(const std::string &zone, uint16_t pool, uint32_t generation = 0);

    [[nodiscard]] static std::vector<OpenFlow> flows();
    static void put(const OpenFlow &flow); // the one whose answer is learned
    static void put(const std::vector<OpenFlow> &flows);

    using Counters = std::map<uint16_t, fp_upstream_counters>; // summed, by number
    [[nodiscard]] Counters counters() const;

  private:
    using PlaceOfFamily = std::pair<Place, bool>;

    Upstream make(const std::string &address, const Place &place);
    void write_table(const PlaceOfFamily &place);

    std::vector<Upstream> upstreams_;
    std::map<PlaceOfFamily, std::vector<uint16_t>> members_;
    std::map<uint32_t, Tables> tables_; // by generation
    std::map<std::pair<uint32_t, bool>, std::vector<std::string>> sources_;
    std::set<uint32_t> vlans_;
};

} // namespace fastpath::test
