// SPDX-License-Identifier: Apache-2.0
#include "bpf/programs.h"

#include <algorithm>
#include <bit>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstring>
#include <fastpath.skel.h>
#include <spdlog/spdlog.h>
#include <string>
#include <sys/random.h>

namespace fastpath {

namespace {

int log_libbpf(libbpf_print_level level, const char *format, va_list arguments) {
    std::array<char, 2048> line = {};
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    std::string_view text(line.data(), std::min(line.size() - 1, static_cast<size_t>(std::max(length, 0))));
    while (text.ends_with('\n')) {
        text.remove_suffix(1);
    }
    // What fails comes back as an error that names the object; libbpf's own words are for the debug log.
    spdlog::log(level == LIBBPF_DEBUG ? spdlog::level::trace : spdlog::level::debug, "{}", text);
    return length;
}

const char *load_advice(int code) {
    switch (code) {
    case EPERM:
        return "; run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON (an EPERM for root: kernel lockdown, or a "
               "seccomp filter)";
    case ENOSYS:
        return "; this kernel is built without CONFIG_BPF_SYSCALL";
    case EINVAL:
        return "; either the kernel lacks a BPF feature (6.1 or later is needed), or its "
               " verifier refuses the program; --log-level debug shows which";
    case EACCES:
        return "; the verifier of this kernel refuses the program: please report its log (--log-level debug) and `uname -r`";
    case ENOMEM:
    case E2BIG:
        return "; lower cache.max_entries, or give the service more memory";
    default:
        return "; --log-level debug shows what the kernel said";
    }
}

// So many that those of some seconds are there at the highest rate of sampling, on however many CPUs.
uint32_t sample_slots(uint32_t cpus) {
    constexpr uint32_t slots_per_cpu = 8192;
    constexpr uint32_t most = 65536; // 19 MB
    return std::min(std::bit_ceil(cpus) * slots_per_cpu, most);
}

// Samples of one CPU: about 1,000 a second, fewer where there are more CPUs than the slots are for.
uint32_t sample_gap_ns(uint32_t cpus) {
    constexpr uint32_t millisecond = 1'000'000;
    constexpr uint32_t cpus_with_slots = 8;
    return millisecond * std::max(cpus, cpus_with_slots) / cpus_with_slots;
}

Result<> set_pin_paths(fastpath_bpf *skeleton, const std::filesystem::path &directory) {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, skeleton->obj) {
        if (is_shared_map(map) && bpf_map__set_pin_path(map, (directory / bpf_map__name(map)).c_str()) != 0) {
            return fail_errno(std::string("cannot set the pin of map ") + bpf_map__name(map));
        }
    }
    return {};
}

Result<> draw_random_key(fp_config &config) {
    if (::getrandom(config.random_key, sizeof(config.random_key), 0) !=
        static_cast<ssize_t>(sizeof(config.random_key))) {
        return fail_errno("cannot get random octets for the generator of ports and ids");
    }
    return {};
}

Result<> load_object(fastpath_bpf *skeleton) {
    if (const int code = -fastpath_bpf__load(skeleton); code != 0) {
        return fail("cannot load the BPF programs: " + std::generic_category().message(code) + load_advice(code));
    }
    return {};
}

} // namespace

bool is_shared_map(const bpf_map *map) {
    const std::string_view name = bpf_map__name(map);
    return !bpf_map__is_internal(map) && name.find("scratch") == std::string_view::npos;
}

void Programs::Close::operator()(fastpath_bpf *skeleton) const {
    fastpath_bpf__destroy(skeleton);
}

Result<Programs> Programs::load(const Options &options) {
    libbpf_set_print(log_libbpf);
    Programs programs;
    programs.skeleton_.reset(fastpath_bpf__open());
    fastpath_bpf *const skeleton = programs.skeleton_.get();
    if (skeleton == nullptr) {
        return fail_errno("cannot open the BPF object");
    }
    fp_config &config = skeleton->rodata->fp_config;
    std::copy(options.hash_key.begin(), options.hash_key.end(), std::begin(config.hash_key));
    if (Result<> drawn = draw_random_key(config); !drawn) {
        return tl::unexpected(drawn.error());
    }
    const int possible_cpus = libbpf_num_possible_cpus();
    if (possible_cpus < 1) {
        return fail_errno("cannot count the CPUs", -possible_cpus);
    }
    const auto cpus = static_cast<uint32_t>(possible_cpus);
    config.sample_mask = sample_slots(cpus) - 1;
    config.sample_gap_ns = sample_gap_ns(cpus);
    bpf_map__set_max_entries(skeleton->maps.samples, sample_slots(cpus));
    bpf_map__set_max_entries(skeleton->maps.answer_index, FP_BUCKETS_AT + options.bucket_count);
    if (options.pin_directory) {
        programs.pin_directory_ = *options.pin_directory;
        if (Result<> pins = set_pin_paths(skeleton, *options.pin_directory); !pins) {
            return tl::unexpected(pins.error());
        }
    }
    if (Result<> loaded = load_object(skeleton); !loaded) {
        return tl::unexpected(loaded.error());
    }
    return programs;
}

Result<> Programs::load_explain() {
    std::unique_ptr<fastpath_bpf, Close> explaining(fastpath_bpf__open());
    if (!explaining) {
        return fail_errno("cannot open the BPF object");
    }
    fp_config &config = explaining->rodata->fp_config;
    config = skeleton_->rodata->fp_config;
    config.explains = 1;
    if (Result<> drawn = draw_random_key(config); !drawn) { // or it would tell the next ports and ids
        return drawn;
    }
    bpf_map *shared = nullptr;
    bpf_object__for_each_map(shared, explaining->obj) {
        if (is_shared_map(shared) && bpf_map__reuse_fd(shared, map(bpf_map__name(shared))) != 0) {
            return fail_errno(std::string("cannot share the map ") + bpf_map__name(shared));
        }
    }
    bpf_program__set_autoload(explaining->progs.fastpath, false);
    bpf_program__set_autoload(explaining->progs.learn, false);
    bpf_program__set_autoload(explaining->progs.explain, true);
    if (Result<> loaded = load_object(explaining.get()); !loaded) {
        return loaded;
    }
    explaining_ = std::move(explaining);
    return {};
}

int Programs::fastpath() const {
    return bpf_program__fd(skeleton_->progs.fastpath);
}

int Programs::learn() const {
    return bpf_program__fd(skeleton_->progs.learn);
}

int Programs::explain() const {
    return bpf_program__fd(explaining_->progs.explain);
}

int Programs::map(std::string_view name) const {
    return bpf_object__find_map_fd_by_name(skeleton_->obj, std::string(name).c_str());
}

MapTypes Programs::types_of(const char *value) const {
    return find_map_types(bpf_object__btf(skeleton_->obj), bpf_object__btf_fd(skeleton_->obj), value);
}

AnswerMaps::Descriptors Programs::answer_maps() const {
    AnswerMaps::Descriptors maps = {.index = map("answer_index"), .pin_directory = pin_directory_};
    for (uint32_t c = 0; c < FP_ANSWER_CLASS_COUNT; c++) {
        maps.answers[c] = map(std::string("answers_") + size_classes[c].name);
        maps.types[c] = types_of((std::string("fp_answer_") + size_classes[c].name).c_str());
    }
    return maps;
}

uint32_t bucket_count_for(uint32_t max_entries) {
    constexpr uint32_t answers_per_bucket = 2;
    return std::bit_ceil(std::max(max_entries / answers_per_bucket, 1U));
}

Result<HashKey> new_hash_key() {
    HashKey key = {};
    if (::getrandom(key.data(), sizeof(key), 0) != static_cast<ssize_t>(sizeof(key))) {
        return fail_errno("cannot get random octets for the hash key");
    }
    return key;
}

} // namespace fastpath
