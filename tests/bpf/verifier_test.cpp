// SPDX-License-Identifier: Apache-2.0
// What the programs cost the verifier, as each compiler makes them: that of Debian 12, and the newest that it has. A program of
// its own, so that a kernel that refuses what one compiler makes says so, whatever else runs there.
#include "bpf/programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <chrono>
#include <cstdio>
#include <fastpath_clang_14.skel.h>
#include <fastpath_clang_19.skel.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace fastpath::test {
namespace {

// The limit of the kernel is 1,000,000 instructions; another kernel may need several times as many for the same program.
constexpr uint32_t budget = 400000;

// Of each program of an object: as libbpf sees it, whichever skeleton it is from.
class Object {
  public:
    Object(bpf_object *object, fp_config &config, bool explains) : object_(object) {
        constexpr uint32_t slots = 1024;
        config.sample_mask = slots - 1;
        config.explains = explains ? 1 : 0;
        for (const char *map : {"answer_index", "samples"}) {
            bpf_map__set_max_entries(bpf_object__find_map_by_name(object_, map), slots);
        }
    }

    // The instructions that the verifier walked, and how long loading took.
    void load(const std::string &compiler, const std::string &name) {
        bpf_program *program = nullptr;
        bpf_object__for_each_program(program, object_) {
            bpf_program__set_autoload(program, name == bpf_program__name(program));
        }
        const auto begin = std::chrono::steady_clock::now();
        ASSERT_EQ(bpf_object__load(object_), 0) << name << " of " << compiler;
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        const bpf_prog_info info = info_of(bpf_object__find_program_by_name(object_, name.c_str()));
        // Read by scripts/kernel-matrix.sh.
        std::printf("VERIFIED %s %s %u %u %.2f\n", compiler.c_str(), name.c_str(), info.verified_insns,
                    info.jited_prog_len, seconds.count());
        EXPECT_GT(info.verified_insns, 0U);
        EXPECT_LT(info.verified_insns, budget);
    }

  private:
    static bpf_prog_info info_of(const bpf_program *program) {
        bpf_prog_info info = {};
        uint32_t size = sizeof(info);
        EXPECT_EQ(bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size), 0);
        return info;
    }

    bpf_object *object_;
};

template <class Skeleton, auto open, auto destroy> void load_each(const std::string &compiler) {
    for (const std::string name : {"fastpath", "learn", "explain"}) {
        const std::unique_ptr<Skeleton, decltype([](Skeleton *skeleton) { destroy(skeleton); })> skeleton(open());
        ASSERT_TRUE(skeleton);
        Object(skeleton->obj, skeleton->rodata->fp_config, name == "explain").load(compiler, name);
    }
}

TEST(Verifier, TakesWhatClang14Makes) {
    load_each<fastpath_clang_14_bpf, fastpath_clang_14_bpf__open, fastpath_clang_14_bpf__destroy>("clang-14");
}

TEST(Verifier, TakesWhatClang19Makes) {
    load_each<fastpath_clang_19_bpf, fastpath_clang_19_bpf__open, fastpath_clang_19_bpf__destroy>("clang-19");
}

} // namespace
} // namespace fastpath::test
