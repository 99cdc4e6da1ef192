// SPDX-License-Identifier: Apache-2.0
#include "status/status_pages.h"

#include "status/page.h"
#include "status/view.h"
#include "version.h"

#include <array>
#include <spdlog/fmt/fmt.h>
#include <sys/random.h>
#include <unistd.h>

namespace fastpath {

namespace {

using status::Facts;
using status::Json;

std::string host_name() {
    std::array<char, 256> name = {};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string new_nonce() {
    std::array<uint64_t, 2> random = {};
    const auto got = ::getrandom(random.data(), sizeof(random), 0);
    return got == sizeof(random) ? fmt::format("{:016x}{:016x}", random[0], random[1]) : "";
}

struct Places {
    Sources sources;
    const History &history;
    std::shared_ptr<EventLog> events;
};

Result<Facts> facts_of(const Places &places) {
    return read_all(places.sources).map([&](Readings readings) {
        return Facts{.host = host_name(),
                     .version = version,
                     .readings = std::move(readings),
                     .moments = places.history.moments(),
                     .losses = places.history.losses(),
                     .events = places.events->events(),
                     .now = std::chrono::system_clock::now()};
    });
}

HttpResponse json_page(const Places &places) {
    const Result<Facts> facts = facts_of(places);
    if (!facts) {
        return unavailable(facts.error().message);
    }
    Json report = status::report_of(*facts);
    report["page"] = status::view_of(*facts);
    // Clients and operators choose some of the texts: what is no UTF-8 is replaced.
    return {200, "application/json", report.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

// Without a nonce, which nobody could guess, the page has neither style nor script, and is read all the same.
HttpResponse html_page(const Places &places) {
    const Result<Facts> facts = facts_of(places);
    if (!facts) {
        return unavailable(facts.error().message);
    }
    const std::string nonce = new_nonce();
    return {200,
            "text/html; charset=utf-8",
            status::page_of(status::view_of(*facts), nonce),
            {{"Content-Security-Policy", status::content_security_policy(nonce)}, {"Referrer-Policy", "no-referrer"}}};
}

} // namespace

std::map<std::string, HttpServer::Handler> status_pages(const Sources &sources, const History &history,
                                                        std::shared_ptr<EventLog> events) {
    const Places places = {sources, history, std::move(events)};
    return {{"/", [places] { return html_page(places); }}, {"/status.json", [places] { return json_page(places); }}};
}

} // namespace fastpath
