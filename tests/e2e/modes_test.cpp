// SPDX-License-Identifier: Apache-2.0
// XDP modes, and the room that packets have to grow: it differs between drivers, modes and senders, the answers do not.
#include "e2e/lab_test.h"
#include "e2e/load.h"

namespace fastpath::test {
namespace {

class Mode : public LabTest, public ::testing::WithParamInterface<const char *> {
  protected:
    static std::string config() {
        return std::string("interfaces: [{name: eth0, mode: ") + GetParam() +
               "}]\nacl: {allow: [198.18.0.0/15, \"2001:db8::/32\"]}\n";
    }
    static std::string attached_series() {
        return std::string("interface_info{interface=\"eth0\",mode=\"") + GetParam() + "\"}";
    }
};

TEST_P(Mode, AnswersBothFamiliesAndAllSizes) {
    const FastpathDaemon daemon(lab(), config());
    EXPECT_EQ(metrics(lab()).fastpath(attached_series()), 1);
    const std::string ipv6 = std::string("@") + Lab::resolver6;
    for (const Command &question : {Command{"d0800.mail.example", "MX"}, Command{"many.mail.example", "A"},
                                    Command{ipv6, "d0801.mail.example", "AAAA"}, Command{"nobody.mail.example", "A"}}) {
        const Asked first = ask(question);
        EXPECT_EQ(first.by, by_unbound) << first.shown.text;
        const Asked second = ask(question);
        EXPECT_EQ(second.by, by_fast_path) << second.shown.text;
        EXPECT_EQ(without_ttls(second.shown), without_ttls(first.shown));
    }
}

// How far a packet can grow depends on the driver and on who made the packet. What does not fit is Unbound's to answer, and
// nobody's to lose.
TEST_P(Mode, MailAnswersAreHitsOrHaveNoRoom) {
    const FastpathDaemon daemon(lab(), config());
    learn_hot_names(lab());
    const Watch watch(lab());
    const LoadReport report = ask_hot_names(lab());
    const double no_room = watch.grown("pass_total{reason=\"no_room\"}");
    EXPECT_EQ(report.lost, 0u);
    EXPECT_EQ(watch.unbound(), no_room);
    EXPECT_EQ(watch.grown("queries_total{result=\"hit\"}") + no_room, static_cast<double>(report.sent));
    EXPECT_EQ(watch.grown("drops_total{reason=\"internal\"}"), 0);
}

INSTANTIATE_TEST_SUITE_P(Modes, Mode, ::testing::Values("native", "generic"));

using TightBuffers = LabTest;

// kxdpgun's packets come from an AF_XDP socket, in buffers that fit them: on a veth some 60 octets of tail room are left. With
// the head room most answers fit all the same; a long DKIM key does not.
TEST_F(TightBuffers, AnswersAreHitsOrHaveNoRoom) {
    const FastpathDaemon daemon(lab());
    learn_hot_names(lab());
    const Watch watch(lab());
    const LoadReport report = ask_hot_names_by_kxdpgun(lab());
    const double hits = watch.grown("queries_total{result=\"hit\"}");
    const double no_room = watch.grown("pass_total{reason=\"no_room\"}");
    EXPECT_EQ(report.lost, 0u);
    EXPECT_EQ(hits + no_room, static_cast<double>(report.sent));
    EXPECT_GE(hits, 4 * no_room);
    EXPECT_EQ(watch.unbound(), no_room);
    EXPECT_EQ(watch.grown("drops_total{reason=\"internal\"}"), 0);
}

} // namespace
} // namespace fastpath::test
