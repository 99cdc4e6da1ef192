// SPDX-License-Identifier: Apache-2.0
// The page in a browser: its script shows what the server would show, and what others chose stays text. The screenshots are for eyes:
// they lie in the build folder, under screenshots/.
#include "harness/requirements.h"
#include "metrics/http_server.h"
#include "page/browser.h"
#include "page/some_facts.h"
#include "status/page.h"
#include "status/view.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <optional>
#include <regex>

namespace fastpath::status {
namespace {

namespace browser = test::browser;

constexpr const char *nonce = "0123456789abcdef";

// Serves a page about some facts, whose script then finds others; none: it gets no answer.
class Served {
  public:
    explicit Served(const Facts &page, const std::optional<Facts> &update = {}) {
        const auto html = [page] {
            return HttpResponse{200,
                                "text/html; charset=utf-8",
                                page_of(view_of(page), nonce),
                                {{"Content-Security-Policy", content_security_policy(nonce)}}};
        };
        const auto json = [update] {
            return update ? HttpResponse{200, "application/json", Json{{"page", view_of(*update)}}.dump()}
                          : unavailable("not now");
        };
        for (uint16_t port = 18'053; !server_ && port < 18'153; port++) {
            const SocketAddress address = {IpAddress::from_ipv4({127, 0, 0, 1}), port};
            if (auto server = HttpServer::listen(address, {{"/", html}, {"/status.json", json}})) {
                server_ = std::move(*server);
                url_ = "http://" + to_string(address) + "/";
            }
        }
    }
    [[nodiscard]] const std::string &url() const { return url_; }

  private:
    std::unique_ptr<HttpServer> server_;
    std::string url_;
};

// What people see, without the white space between elements.
std::string shown(const std::string &document) {
    const size_t begin = document.find("<main");
    const std::string main = document.substr(begin, document.find("</main>") - begin);
    return std::regex_replace(std::regex_replace(main, std::regex("\\s+"), " "), std::regex("> <"), "><");
}

class StatusBrowser : public testing::Test {
  protected:
    void SetUp() override {
        if (browser::is_installed()) {
            return;
        }
        if (!test::may_skip()) {
            FAIL() << "needs chromium-headless-shell";
        }
        GTEST_SKIP() << "needs chromium-headless-shell or chromium";
    }
};

TEST_F(StatusBrowser, ScriptAndServerShowTheSame) {
    const Facts incident = test::incident_facts();
    const Served updated(test::healthy_facts("before"), incident);
    const Served served(incident, incident);
    const std::string document = browser::document_of(updated.url());
    EXPECT_NE(document.find("<title>2 problems"), std::string::npos) << document;
    EXPECT_EQ(shown(document), shown(browser::document_of(served.url())));
    EXPECT_EQ(shown(document).find("before"), std::string::npos);
}

TEST_F(StatusBrowser, WhatOthersChoseStaysText) {
    const std::string hostile =
        "\"'></script><script>document.title='hurt'</script><img src=x onerror=document.title='hurt'>"
        "{{#tiles}}{{host}}&lt;";
    const Facts facts = test::healthy_facts(hostile);
    const Served served(test::healthy_facts(), facts);
    const std::string document = browser::document_of(served.url());
    EXPECT_EQ(document.find("<title>hurt"), std::string::npos);
    EXPECT_EQ(document.find("<img"), std::string::npos);
    EXPECT_NE(shown(document).find("{{#tiles}}{{host}}&amp;lt;"), std::string::npos) << shown(document);
    const Served at_once(facts, facts);
    EXPECT_EQ(shown(document), shown(browser::document_of(at_once.url())));
}

TEST_F(StatusBrowser, SaysWhenTheDaemonAnswersNoMore) {
    const Served silent(test::healthy_facts());
    const std::string document = browser::document_of(silent.url());
    EXPECT_NE(document.find("<p id=\"lost\" role=\"alert\">"), std::string::npos) << document;
    EXPECT_NE(document.find("<title>no answer"), std::string::npos);
}

TEST_F(StatusBrowser, MakesPictures) {
    const Served well(test::healthy_facts(), test::healthy_facts());
    const Served incident(test::incident_facts(), test::incident_facts());
    for (const auto &[url, name] : {std::pair(well.url(), "well"), std::pair(incident.url(), "incident")}) {
        const std::string desktop = browser::screenshot_of(url, std::string(name) + "-desktop", 1200, 1150, false);
        const std::string phone = browser::screenshot_of(url, std::string(name) + "-phone", 390, 1750, true);
        EXPECT_GT(std::filesystem::file_size(desktop), 20'000u);
        EXPECT_GT(std::filesystem::file_size(phone), 20'000u);
    }
}

} // namespace
} // namespace fastpath::status
