// SPDX-License-Identifier: Apache-2.0
#include "e2e/ctl_fixture.h"

#include "bpf/attachment.h"
#include "util/clock.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstring>
#include <sched.h>
#include <stdexcept>

namespace fastpath::test {
namespace {

constexpr uint32_t max_entries = 10'000;

const std::filesystem::path bpffs = "/sys/fs/bpf";
const std::string pins_prefix = "fp-ctl-test-";

template <class T> T value_of(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
}

// Pins of runs that ended by a signal; the rest of such a run went away with its network namespace.
void remove_pins_of_the_dead() {
    for (const auto &entry : std::filesystem::directory_iterator(bpffs)) {
        const std::string name = entry.path().filename();
        if (name.starts_with(pins_prefix) && !std::filesystem::exists("/proc/" + name.substr(pins_prefix.size()))) {
            std::filesystem::remove_all(entry.path());
        }
    }
}

} // namespace

void Ctl::SetUpTestSuite() {
    if (::unshare(CLONE_NEWNET) != 0) {
        throw std::runtime_error("cannot make a network namespace; run as root");
    }
    remove_pins_of_the_dead();
}

Ctl::Ctl() : pins_(bpffs / (pins_prefix + std::to_string(::getpid()))), hash_key_(value_of(new_hash_key())) {
    run({"ip", "link", "add", interface, "type", "veth", "peer", "name", "fpctl1"});
    directory_ = value_of(PinDirectory::acquire(pins_));
    programs_ = value_of(Programs::load({pins_, bucket_count, hash_key_}));
    maps_ = value_of(AnswerMaps::open(programs_->answer_maps()));
    table_.emplace(*maps_, max_entries);
    write_meta();
    write_generations();
}

Ctl::~Ctl() {
    std::error_code ignored;
    std::filesystem::remove_all(pins_, ignored);
    run({"ip", "link", "del", interface});
}

void Ctl::write_meta(uint64_t heartbeat_age_ns, uint32_t abi_version) {
    fp_meta meta = {};
    meta.abi_version = abi_version;
    meta.daemon_pid = 4711;
    meta.started_ns = meta.heartbeat_ns = monotonic_ns() - heartbeat_age_ns;
    meta.max_entries = max_entries;
    const uint32_t zero = 0;
    ASSERT_EQ(bpf_map_update_elem(programs_->map("meta"), &zero, &meta, BPF_ANY), 0);
}

fp_meta Ctl::meta() const {
    const uint32_t zero = 0;
    fp_meta meta = {};
    EXPECT_EQ(bpf_map_lookup_elem(programs_->map("meta"), &zero, &meta), 0);
    return meta;
}

void Ctl::listen_on(const IpAddress &address, uint32_t generation) {
    const fp_listener_key key = {generation, address.abi()};
    const fp_listener listener = {};
    ASSERT_EQ(bpf_map_update_elem(programs_->map("listeners"), &key, &listener, BPF_ANY), 0);
}

void Ctl::write_generations() {
    fp_generations generations = {};
    generations.generation = generation_in_use;
    const uint32_t zero = 0;
    ASSERT_EQ(bpf_map_update_elem(programs_->map("settings"), &zero, &generations, BPF_ANY), 0);
}

void Ctl::add_upstreams() {
    for (const auto &[number, octet] : {std::pair<uint32_t, uint8_t>(3, 11), std::pair<uint32_t, uint8_t>(5, 12)}) {
        fp_upstream upstream = {};
        upstream.address = IpAddress::from_ipv4({198, 18, 1, octet}).abi();
        upstream.state = FP_UPSTREAM_UP;
        upstream.weight = 100;
        std::strcpy(upstream.pool, "default");
        ASSERT_EQ(bpf_map_update_elem(programs_->map("upstreams"), &number, &upstream, BPF_ANY), 0);
    }
    std::vector<fp_upstream_counters> counters(static_cast<size_t>(libbpf_num_possible_cpus()));
    for (fp_upstream_counters &one : counters) {
        one.queries = 2;
    }
    const uint32_t number = 3;
    ASSERT_EQ(bpf_map_update_elem(programs_->map("upstream_counters"), &number, counters.data(), BPF_ANY), 0);
}

fp_upstream Ctl::upstream(uint32_t number) const {
    fp_upstream found = {};
    EXPECT_EQ(bpf_map_lookup_elem(programs_->map("upstreams"), &number, &found), 0);
    return found;
}

void Ctl::attach() {
    Attachments attachments(*directory_, programs_->map("attachments"));
    value_of(attachments.attach(interface, AttachMode::generic, {programs_->fastpath(), programs_->learn()}));
}

void Ctl::break_link() {
    const UniqueFd link(bpf_obj_get((pins_ / "links" / (std::string("xdp_") + interface)).c_str()));
    ASSERT_EQ(bpf_link_detach(link.get()), 0);
}

std::string Ctl::interface_state() {
    return run({"ip", "-details", "link", "show", interface}).output;
}

std::string Ctl::egress_filters() {
    return run({"tc", "filter", "show", "dev", interface, "egress"}).output;
}

void Ctl::add(const ResponseText &text, CachedQuery query, uint64_t age_seconds) {
    query.born_ns = monotonic_ns() - age_seconds * FP_NSEC_PER_SEC;
    query.hash_key = hash_key_;
    ASSERT_TRUE(table_->insert(cached(text, query), monotonic_ns()));
}

Finished Ctl::ctl_on(const std::filesystem::path &pins, const Command &words) {
    Command command = {FASTPATH_CTL, "--pins", pins};
    command.insert(command.end(), words.begin(), words.end());
    return run(command);
}

json Ctl::ctl_json(Command words) const {
    words.emplace_back("--json");
    return json::parse(ctl(words).output);
}

} // namespace fastpath::test
