// SPDX-License-Identifier: Apache-2.0
// Taking upstreams out by hand: which elements of the map are changed, and what is said.
#include "ctl/drain.h"
#include "unit/ctl_some_upstreams.h"

#include <cstring>
#include <gtest/gtest.h>
#include <sstream>

namespace fastpath::ctl {
namespace {

using Pools = std::vector<std::string>;

// As they lie in the map, with gaps.
class Drain : public testing::Test {
  protected:
    Drain() {
        size_t number = 1;
        for (const Upstream &upstream : test::some_upstreams()) {
            elements_[number] = upstream.record;
            number += 2;
        }
    }

    Result<DrainReport> drain(const std::string &name, bool drained = true) {
        return set_drained(elements_, test::resolver_up(), name, drained);
    }

    // "pool/name" of each that is drained.
    [[nodiscard]] std::set<std::string> drained() const {
        std::set<std::string> names;
        for (const fp_upstream &element : elements_) {
            if (element.drained != 0) {
                names.insert(pool_of(element) + "/" + name_of(element));
            }
        }
        return names;
    }

    std::vector<fp_upstream> elements_ = std::vector<fp_upstream>(16);
};

using Names = std::set<std::string>;

std::string printed(const DrainReport &report) {
    std::ostringstream stream;
    Output output = {stream, false, false};
    print_report(output, report);
    return stream.str();
}

TEST_F(Drain, TakesAnAddressOutOfAllItsPools) {
    const DrainReport report = drain("198.18.2.11").value();
    EXPECT_EQ(drained(), (Names{"default/198.18.2.11", "vpc/198.18.2.11"}));
    EXPECT_EQ(report.changed, (Pools{"default", "vpc"}));
    EXPECT_EQ(report.unchanged, Pools{});
    EXPECT_EQ(report.without_service, std::set<std::string>{});
    EXPECT_EQ(printed(report), "198.18.2.11: drained in pool default\n198.18.2.11: drained in pool vpc\n");
}

TEST_F(Drain, ChangesNothingElse) {
    const std::vector<fp_upstream> before = elements_;
    ASSERT_TRUE(drain("198.18.1.11"));
    elements_[1].drained = 0;
    EXPECT_EQ(std::memcmp(elements_.data(), before.data(), before.size() * sizeof(fp_upstream)), 0);
}

TEST_F(Drain, PutsBack) {
    ASSERT_TRUE(drain("198.18.1.11"));
    ASSERT_TRUE(drain("198.18.1.12"));
    const DrainReport report = drain("198.18.1.11", false).value();
    EXPECT_EQ(drained(), Names{"default/198.18.1.12"});
    EXPECT_EQ(printed(report), "198.18.1.11: not drained any more in pool default\n");
}

TEST_F(Drain, TakesTheLocalResolverByItsName) {
    const DrainReport report = drain("local").value();
    EXPECT_EQ(drained(), (Names{"local/local", "vpc/local"}));
    EXPECT_EQ(report.without_service, std::set<std::string>{"local"});
}

TEST_F(Drain, SaysWhatWasSoAlready) {
    ASSERT_TRUE(drain("198.18.1.11"));
    EXPECT_EQ(printed(drain("198.18.1.11").value()), "198.18.1.11: drained already in pool default\n");
    EXPECT_EQ(printed(drain("198.18.1.12", false).value()), "198.18.1.12: not drained, and was not in pool default\n");
}

TEST_F(Drain, WarnsOfAPoolWithoutService) {
    elements_[1].state = FP_UPSTREAM_DOWN;
    ASSERT_EQ(drain("198.18.1.12").value().without_service, std::set<std::string>{});
    const DrainReport report = drain("198.18.2.11").value();
    EXPECT_EQ(report.without_service, std::set<std::string>{"default"}) << "vpc has the resolver on this host";
    EXPECT_NE(printed(report).find("warning: no upstream of pool default is serving now"), std::string::npos);
    EXPECT_EQ(drain("local").value().without_service, (std::set<std::string>{"local", "vpc"}))
        << "that default has none is no news of this command";
}

TEST_F(Drain, NamesThoseThatThereAreWhereThereIsNoneOfThatName) {
    elements_[0] = test::upstream_of("gone", "198.18.9.9", "", 0);
    elements_[0].state = FP_UPSTREAM_UNUSED;
    for (const char *name : {"198.18.1.13", "198.18.9.9"}) {
        const Result<DrainReport> report = drain(name);
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().message,
                  std::string("no upstream ") + name + "; there are 198.18.1.11, 198.18.1.12, 198.18.2.11, local");
    }
    EXPECT_EQ(drained(), Names{});
    elements_.clear();
    EXPECT_EQ(drain("local").error().message, "no upstream local; there is none");
}

} // namespace
} // namespace fastpath::ctl
