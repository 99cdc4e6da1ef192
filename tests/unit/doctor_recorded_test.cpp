// SPDX-License-Identifier: Apache-2.0
// Hosts as they were found, and what the doctor has to say of them: the files of tests/unit/doctor_facts. What a file does not
// tell is as on a healthy host.
#include "unit/doctor_healthy.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fastpath::doctor {
namespace {

using nlohmann::json;

InterfaceFacts interface_of(const json &recorded) {
    return {.name = recorded.at("name"),
            .is_native = recorded.at("native"),
            .driver = recorded.at("driver"),
            .mtu = recorded.at("mtu"),
            .queues = recorded.at("queues"),
            .most_queues = recorded.at("most_queues"),
            .counters = recorded.at("counters")};
}

Facts facts_of(const json &recorded) {
    Facts facts = test::healthy_facts();
    facts.host.cpus = recorded.at("cpus");
    facts.interfaces.clear();
    for (const json &interface : recorded.at("interfaces")) {
        facts.interfaces.push_back(interface_of(interface));
    }
    return facts;
}

const char *name_of(Status status) {
    return status == Status::ok ? "ok" : status == Status::warning ? "warning" : "problem";
}

void compare(const Finding &found, const json &recorded) {
    const json &expected = recorded.at("findings");
    if (!expected.contains(found.check)) {
        EXPECT_EQ(found.status, Status::ok) << found.finding;
        return;
    }
    const std::string status = expected[found.check][0];
    const std::string text = expected[found.check][1];
    const std::string remedy = recorded.at("remedies").at(found.check);
    EXPECT_EQ(name_of(found.status), status);
    EXPECT_NE(found.finding.find(text), std::string::npos) << found.finding;
    EXPECT_NE(found.remedy.find(remedy), std::string::npos) << found.remedy;
}

TEST(DoctorRecorded, SaysOfEachHostWhatItsFileSays) {
    size_t hosts = 0;
    for (const auto &file : std::filesystem::directory_iterator(FASTPATH_SOURCE_DIR "/tests/unit/doctor_facts")) {
        SCOPED_TRACE(file.path().filename());
        std::ifstream stream(file.path());
        const json recorded = json::parse(stream);
        for (const Finding &found : examine(facts_of(recorded))) {
            SCOPED_TRACE(found.check);
            compare(found, recorded);
        }
        hosts++;
    }
    EXPECT_GE(hosts, 5);
}

} // namespace
} // namespace fastpath::doctor
