// SPDX-License-Identifier: Apache-2.0
#include "e2e/prometheus.h"

#include "e2e/fastpath_daemon.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace fastpath::test {
namespace {

using Json = nlohmann::json;

constexpr uint16_t port = 9090;

// Of an API call; nothing where there was no answer.
Json data_of(const std::string &reply) {
    const size_t body = reply.find("\r\n\r\n");
    const Json answer = body == std::string::npos ? Json() : Json::parse(reply.substr(body), nullptr, false);
    return answer.is_object() && answer.contains("data") ? answer["data"] : Json::object();
}

std::string write_config(const Lab &lab) {
    const std::filesystem::path path = lab.state() / "prometheus.yml";
    std::ofstream file(path);
    file << "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
            "rule_files: [" FASTPATH_PACKAGING "/prometheus/dns-fastpath.rules.yml]\n"
            "scrape_configs:\n"
            "  - job_name: dns-fastpath\n"
            "    static_configs: [{targets: [\"198.18.0.2:9153\"]}]\n";
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + path.string());
    }
    return path;
}

Command prometheus(const Lab &lab) {
    std::filesystem::remove_all(lab.state() / "prometheus"); // of an earlier test
    return {"prometheus", "--config.file=" + write_config(lab),
            "--storage.tsdb.path=" + (lab.state() / "prometheus").string(),
            "--web.listen-address=127.0.0.1:" + std::to_string(port)};
}

// For queries: everything but letters and digits.
std::string percent_encoded(const std::string &text) {
    constexpr const char *digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (std::isalnum(octet) != 0) {
            encoded += c;
        } else {
            encoded += {'%', digits[octet >> 4], digits[octet & 15]};
        }
    }
    return encoded;
}

} // namespace

std::string observed_config(const std::string &more) {
    return probing_config("metrics: {listen: \"198.18.0.2:" + std::to_string(metrics_port) + "\"}\n" + more);
}

Prometheus::Prometheus(const Lab &lab) : lab_(lab), process_(lab.start(Machine::client, prometheus(lab))) {
    if (!eventually([&] { return get("/-/ready").starts_with("HTTP/1.0 200"); }, std::chrono::seconds(30))) {
        throw std::runtime_error("prometheus does not become ready: " + log());
    }
}

std::string Prometheus::get(const std::string &path) const {
    return lab_.talk(Machine::client, port, "GET " + path + " HTTP/1.0\r\n\r\n");
}

std::set<std::string> Prometheus::firing() const {
    const Json data = data_of(get("/api/v1/alerts"));
    std::set<std::string> firing;
    for (const Json &alert : data.value("alerts", Json::array())) {
        const Json &labels = alert.at("labels");
        if (alert.at("state") == "firing") {
            const std::string upstream = labels.value("upstream", "");
            firing.insert(labels.at("alertname").get<std::string>() + (upstream.empty() ? "" : " ") + upstream);
        }
    }
    return firing;
}

std::optional<double> Prometheus::value(const std::string &query) const {
    const Json result = data_of(get("/api/v1/query?query=" + percent_encoded(query))).value("result", Json::array());
    return result.empty() ? std::nullopt : std::optional(std::stod(result.at(0).at("value").at(1).get<std::string>()));
}

} // namespace fastpath::test
