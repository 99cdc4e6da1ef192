// SPDX-License-Identifier: Apache-2.0
// Beside a BIND that sends DNS cookies (RFC 7873), as BIND does by default: the warning where they are ignored, and that clients get
// theirs where they are passed.
#include "e2e/lab_test.h"

namespace fastpath::test {
namespace {

class Cookies : public LabTest {
  protected:
    // dig sends a cookie unless it is told not to.
    static std::string dig(const std::string &name, const std::string &option = "+cookie") {
        const std::string server = std::string("@") + Lab::resolver4;
        return lab().run(Machine::client, {"dig", server, name, "A", option}).output;
    }

    static bool has_server_cookie(const std::string &shown) {
        return shown.find("; COOKIE: ") != std::string::npos && shown.find("(good)") != std::string::npos;
    }
};

TEST_F(Cookies, ThatAreIgnoredAlthoughTheResolverSendsThemAreWarnedOf) {
    const FastpathDaemon daemon(lab(), lab_config());
    EXPECT_TRUE(has_server_cookie(dig("d0001.mail.example"))) << "BIND sends none";
    EXPECT_TRUE(daemon.says("the resolver sends DNS cookies, but edns.cookies is `ignore`")) << daemon.log();
    EXPECT_EQ(metrics(lab()).fastpath("cache_fill_rejects_total{reason=\"cookie\"}"), 1);
}

// RFC 7873 5.3: a client that has seen a cookie discards answers without one, so hits are for those who send none.
TEST_F(Cookies, ThatArePassedAreAnswered) {
    const FastpathDaemon daemon(lab(), lab_config("edns: {cookies: pass}\n"));
    dig("d0002.mail.example", "+nocookie");
    EXPECT_TRUE(eventually([] {
        dig("d0002.mail.example", "+nocookie");
        return metrics(lab()).fastpath("queries_total{result=\"hit\"}") > 0;
    }));
    const double hits = metrics(lab()).fastpath("queries_total{result=\"hit\"}");
    EXPECT_TRUE(has_server_cookie(dig("d0002.mail.example")));
    EXPECT_EQ(metrics(lab()).fastpath("queries_total{result=\"hit\"}"), hits);
    EXPECT_GE(metrics(lab()).fastpath("pass_total{reason=\"edns_option\"}"), 1);
    EXPECT_EQ(daemon.log().find("sends DNS cookies"), std::string::npos);
}

} // namespace
} // namespace fastpath::test
