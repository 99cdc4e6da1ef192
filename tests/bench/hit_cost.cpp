// SPDX-License-Identifier: Apache-2.0
// What a hot hit costs, against a floor program in the same run: nanoseconds for each packet by BPF_PROG_TEST_RUN, for some
// shapes of answer. Not a test: figures mean nothing while anything else uses the CPU.
#include "hit_cost.h"

#include "bpf/counter_map.h"
#include "harness/expected_answer.h"
#include "harness/packet.h"
#include "loaded.h"
#include "world.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <getopt.h>
#include <hit_cost.skel.h>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace fastpath::test {
namespace {

struct Options {
    uint32_t rounds = 15;
    uint32_t repeats = 1'000'000;
};

struct Shape {
    const char *name;
    DnsQuery query;
    ResponseText response;
};

ResponseText addresses(int count) {
    ResponseText response = {.question = "mail.example.com. IN A"};
    for (int i = 0; i < count; i++) {
        response.answer.push_back("mail.example.com. 86400 IN A 192.0.2." + std::to_string(i));
    }
    return response;
}

// Of one preference, and with names of different lengths.
ResponseText exchanges(int count) {
    ResponseText response = {.question = "example.com. IN MX"};
    for (int i = 0; i < count; i++) {
        response.answer.push_back("example.com. 86400 IN MX 10 mx" + std::string(static_cast<size_t>(i % 3), 'x') +
                                  std::to_string(i) + ".example.com.");
    }
    return response;
}

std::vector<Shape> shapes() {
    const std::string label(63, 'a');
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a') + ".";
    const Edns edns = {};
    return {
        {"18-octet name, 1 A", {.name = "mail.example.com."}, addresses(1)},
        {"the same, EDNS", {.name = "mail.example.com.", .edns = edns}, addresses(1)},
        {"NXDOMAIN, EDNS",
         {.name = "none.example.com.", .edns = edns},
         {.question = "none.example.com. IN A",
          .flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_NXDOMAIN,
          .authority = {"example.com. 3600 IN SOA ns.example.com. host.example.com. 1 7200 3600 86400 3600"}}},
        {"TXT of 400 octets, EDNS",
         {.name = "mail.example.com.", .qtype = type::txt, .edns = edns},
         {.question = "mail.example.com. IN TXT",
          .answer = {"mail.example.com. 86400 IN TXT " + std::string(200, 'x') + " " + std::string(198, 'y')}}},
        {"8 A, EDNS", {.name = "mail.example.com.", .edns = edns}, addresses(8)},
        {"60 A, EDNS", {.name = "mail.example.com.", .edns = edns}, addresses(60)},
        {"8 MX, EDNS", {.name = "example.com.", .qtype = type::mx, .edns = edns}, exchanges(8)},
        {"255-octet name, 1 A",
         {.name = longest},
         {.question = longest + " IN A", .answer = {longest + " 86400 IN A 192.0.2.1"}}},
    };
}

// Of this thread: what others do on the machine disturbs the caches, but is not counted.
double cpu_time_ns() {
    timespec time = {};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

class HitCost {
  public:
    explicit HitCost(const Options &options);
    void measure(const Shape &shape);

  private:
    struct Destroy {
        void operator()(hit_cost_bpf *skeleton) const { hit_cost_bpf__destroy(skeleton); }
    };

    void prepare(const Shape &shape, const Octets &query, const Octets &answer);
    [[nodiscard]] double ns_per_packet(const bpf_program *program, const Octets &packet) const;
    [[nodiscard]] double checked_hit_ns(const Octets &query) const;
    [[nodiscard]] uint64_t hits() const;

    Options options_;
    std::unique_ptr<hit_cost_bpf, Destroy> skeleton_;
};

HitCost::HitCost(const Options &options) : options_(options), skeleton_(hit_cost_bpf__open()) {
    if (!skeleton_) {
        throw std::runtime_error("cannot open hit_cost.bpf.o");
    }
    const Loaded &product = Loaded::instance();
    product.lend_maps(skeleton_->obj);
    product.lend_constants(skeleton_->rodata->fp_config);
    bpf_program__set_autoload(skeleton_->progs.fastpath, false);
    if (hit_cost_bpf__load(skeleton_.get()) != 0) {
        throw std::runtime_error("cannot load hit_cost.bpf.o");
    }
    set_addresses();
    set_settings(default_settings());
}

// The answer into the cache, and the same growth into the floor's map.
void HitCost::prepare(const Shape &shape, const Octets &query, const Octets &answer) {
    const uint32_t zero = 0;
    const Octets name = shape.query.name_octets();
    bench_query restored = {};
    restored.len = static_cast<uint32_t>(query.size());
    restored.name_len = static_cast<uint32_t>(name.size());
    std::copy(query.begin(), query.end(), restored.octets);

    bench_floor_key key = {};
    std::memcpy(&key, name.data(), std::min(name.size(), sizeof(key)));
    bench_floor_body body = {};
    body.len = static_cast<uint32_t>(answer.size() - query.size());
    std::copy(answer.end() - body.len, answer.end(), body.octets);

    if (bpf_map_update_elem(bpf_map__fd(skeleton_->maps.bench_query), &zero, &restored, BPF_ANY) != 0 ||
        bpf_map_update_elem(bpf_map__fd(skeleton_->maps.floor_bodies), &key, &body, BPF_ANY) != 0) {
        throw std::runtime_error("cannot write the maps of the benchmark");
    }
    Loaded::instance().table.remove_if([](const StoredAnswer &) { return true; });
    insert_entry(make_entry(shape.response, {.turns = true}, coarse_now_ns()));
}

double HitCost::ns_per_packet(const bpf_program *program, const Octets &packet) const {
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.data(),
                .data_size_in = static_cast<uint32_t>(packet.size()), .repeat = static_cast<int>(options_.repeats));
    const double start = cpu_time_ns();
    const int code = -bpf_prog_test_run_opts(bpf_program__fd(program), &options);
    const double taken = cpu_time_ns() - start;
    if (code != 0) {
        throw std::system_error(code, std::generic_category(), "BPF_PROG_TEST_RUN");
    }
    if (options.retval != XDP_TX) {
        throw std::runtime_error(std::string(bpf_program__name(program)) + " did not answer");
    }
    return taken / options_.repeats;
}

uint64_t HitCost::hits() const {
    return outcome_count(read_counters(Loaded::instance().programs.map("counters")).value(), FP_OUT_hit);
}

// Every repeat has to be a hit, or the figure is of something else.
double HitCost::checked_hit_ns(const Octets &query) const {
    const uint64_t before = hits();
    const double ns = ns_per_packet(skeleton_->progs.restore_and_hit, query);
    if (hits() - before != options_.repeats) {
        throw std::runtime_error("not every repeat was a hit");
    }
    return ns;
}

struct Sample {
    double restore, floor, hit, ratio;
};

struct Spread {
    double least, median, most;
};

Spread spread_of(const std::vector<Sample> &samples, double Sample::*field) {
    std::vector<double> values;
    std::transform(samples.begin(), samples.end(), std::back_inserter(values),
                   [&](const Sample &s) { return s.*field; });
    std::sort(values.begin(), values.end());
    return {values.front(), values[values.size() / 2], values.back()};
}

// Restore, floor and hit by turns, so that a slower machine is slower for all three.
void HitCost::measure(const Shape &shape) {
    const Packet packet = frame(shape.query);
    const Octets query = packet.octets();
    const Octets answer = reply_to(packet, expected_answer(shape.query, shape.response, 0)).octets();
    prepare(shape, query, answer);

    std::vector<Sample> samples;
    for (uint32_t round = 0; round < options_.rounds; round++) {
        Sample sample = {};
        sample.restore = ns_per_packet(skeleton_->progs.restore_alone, query);
        sample.floor = ns_per_packet(skeleton_->progs.restore_and_floor, query) - sample.restore;
        sample.hit = checked_hit_ns(query) - sample.restore;
        sample.ratio = sample.hit / sample.floor;
        samples.push_back(sample);
    }
    const auto [restore_least, restore, restore_most] = spread_of(samples, &Sample::restore);
    const auto [floor_least, floor, floor_most] = spread_of(samples, &Sample::floor);
    const auto [hit_least, hit, hit_most] = spread_of(samples, &Sample::hit);
    const auto [ratio_least, ratio, ratio_most] = spread_of(samples, &Sample::ratio);
    std::printf("%-24s %4zu %6.1f %6.1f (%5.1f-%5.1f) %6.1f (%5.1f-%5.1f) %5.2f (%4.2f-%4.2f)\n", shape.name,
                answer.size(), restore, floor, floor_least, floor_most, hit, hit_least, hit_most, ratio, ratio_least,
                ratio_most);
    std::fflush(stdout);
}

uint32_t number(const char *text) {
    char *end = nullptr;
    const unsigned long value = std::strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value == 0 || value > INT32_MAX) {
        throw std::invalid_argument(std::string("not a positive number: ") + text);
    }
    return static_cast<uint32_t>(value);
}

Options parse_options(int argc, char **argv) {
    const option names[] = {
        {"rounds", required_argument, nullptr, 'r'}, {"repeats", required_argument, nullptr, 'n'}, {}};
    Options options;
    for (int code = 0; (code = ::getopt_long(argc, argv, "", names, nullptr)) != -1;) {
        switch (code) {
        case 'r':
            options.rounds = number(optarg);
            break;
        case 'n':
            options.repeats = number(optarg);
            break;
        default:
            throw std::invalid_argument("usage: hit_cost [--rounds N] [--repeats N]");
        }
    }
    return options;
}

void run(const Options &options) {
    HitCost bench(options);
    std::printf("ns per packet, median (least-most) of %u rounds of %u repeats; floor and hit without the restore\n",
                options.rounds, options.repeats);
    std::printf("%-24s %4s %6s %20s %20s %17s\n", "shape", "size", "restore", "floor", "hit", "hit/floor");
    for (const Shape &shape : shapes()) {
        bench.measure(shape);
    }
}

} // namespace
} // namespace fastpath::test

int main(int argc, char **argv) {
    try {
        fastpath::test::run(fastpath::test::parse_options(argc, argv));
        return 0;
    } catch (const std::invalid_argument &error) {
        std::fprintf(stderr, "hit_cost: %s\n", error.what());
        return 2;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "hit_cost: %s\n", error.what());
        return 1;
    }
}
