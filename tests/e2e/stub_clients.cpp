// SPDX-License-Identifier: Apache-2.0
#include "e2e/stub_clients.h"

#include "harness/dns_client.h"

#include <algorithm>
#include <poll.h>
#include <sys/socket.h>

namespace fastpath::test {
namespace {

// All tries together take less time than anybody needs to notice that an upstream is gone.
constexpr std::chrono::milliseconds try_limit{150};
constexpr unsigned tries_limit = 3;

} // namespace

StubClients::StubClients(const Lab &lab, const std::string &server, unsigned clients) {
    for (unsigned i = 0; i < clients; i++) {
        clients_.push_back(
            {.socket = connect_to(lab, Machine::client, server, SOCK_DGRAM), .query = {}, .tries = 0, .repeat_at = {}});
    }
}

StubReport StubClients::ask(uint64_t questions) {
    StubReport report;
    std::vector<pollfd> watched;
    for (Client &client : clients_) {
        begin(client);
        watched.push_back({.fd = client.socket.get(), .events = POLLIN, .revents = 0});
    }
    while (report.answered + report.lost < questions) {
        ::poll(watched.data(), watched.size(), 10);
        for (size_t i = 0; i < clients_.size(); i++) {
            if (watched[i].revents != 0) {
                read(clients_[i], report);
            }
            if (std::chrono::steady_clock::now() >= clients_[i].repeat_at) {
                repeat(clients_[i], report);
            }
        }
    }
    return report;
}

void StubClients::begin(Client &client) {
    const unsigned number = asked_++;
    client.query =
        DnsQuery{.id = static_cast<uint16_t>(number), .name = "s" + std::to_string(number) + ".who.example."}.octets();
    client.tries = 0;
    send(client);
}

void StubClients::send(Client &client) {
    client.tries++;
    client.repeat_at = std::chrono::steady_clock::now() + try_limit;
    ::send(client.socket.get(), client.query.data(), client.query.size(), 0);
}

// An error that ICMP brought, or an answer to an earlier question, is no answer.
void StubClients::read(Client &client, StubReport &report) {
    Octets reply(512);
    const ssize_t got = ::recv(client.socket.get(), reply.data(), reply.size(), MSG_DONTWAIT);
    if (got >= FP_DNS_HEADER_LEN && std::equal(reply.begin(), reply.begin() + 2, client.query.begin())) {
        report.answered++;
        begin(client);
    }
}

void StubClients::repeat(Client &client, StubReport &report) {
    if (client.tries < tries_limit) {
        report.repeated++;
        send(client);
    } else {
        report.lost++;
        begin(client);
    }
}

} // namespace fastpath::test
