// SPDX-License-Identifier: Apache-2.0
#include "refresh_story.h"

#include "daemon/event_loop.h"
#include "dns/byte_order.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

namespace fastpath::test {
namespace {

constexpr int patience_ms = 5000; // for packets on the loopback interface

void wait_for(int fd) {
    pollfd readable = {.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, patience_ms) != 1) {
        throw std::runtime_error("nothing came");
    }
}

struct ReceivedQuery {
    Octets message;
    sockaddr_in from{};
};

ReceivedQuery receive(int socket) {
    ReceivedQuery query;
    query.message.resize(512);
    socklen_t length = sizeof(query.from);
    wait_for(socket);
    const ssize_t size = ::recvfrom(socket, query.message.data(), query.message.size(), 0,
                                    reinterpret_cast<sockaddr *>(&query.from), &length);
    query.message.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
    return query;
}

} // namespace

void RefreshStory::SetUp() {
    sockaddr_in address = {.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t length = sizeof(address);
    resolver_.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (::bind(resolver_.get(), reinterpret_cast<const sockaddr *>(&address), length) != 0 ||
        ::getsockname(resolver_.get(), reinterpret_cast<sockaddr *>(&address), &length) != 0) {
        throw std::runtime_error("no socket on 127.0.0.1");
    }
    address_ = {.address = parse_address("127.0.0.1").value(), .port = ntohs(address.sin_port)};

    Story::SetUp();
    auto refresher = Refresher::create(
        loaded().table, filler(), cache_counters(), [](uint16_t) { return std::string(); },
        [this](std::span<const uint8_t>, const Asker &) { return address_; });
    ASSERT_TRUE(refresher) << refresher.error().message;
    refresher_ = std::move(*refresher);
}

void RefreshStory::take_wish(std::span<const std::byte> record) {
    Story::take_wish(record);
    refresher_->want(record);
    refresher_->run();
}

void RefreshStory::resolver_answers_refresh(const DnsQuery &query, const ResponseText &response) {
    const ReceivedQuery received = receive(resolver_.get());
    DnsQuery same = query;
    same.id = load_be16(received.message, 0);
    ASSERT_EQ(to_hex(received.message), to_hex(same.octets()));
    const Octets answer = resolver_message(same, response);
    ASSERT_EQ(::sendto(resolver_.get(), answer.data(), answer.size(), 0,
                       reinterpret_cast<const sockaddr *>(&received.from), sizeof(received.from)),
              static_cast<ssize_t>(answer.size()));
    await_end_of_refresh();
}

uint64_t RefreshStory::refreshes_ended() {
    uint64_t ended = 0;
    for (size_t result = 0; result < FP_REFRESH_RESULT_COUNT; result++) {
        ended += FP_COUNTER_REFRESH(&cache_counters(), result);
    }
    return ended;
}

// As the daemon does it: in its event loop.
void RefreshStory::await_end_of_refresh() {
    const uint64_t before = refreshes_ended();
    int looks = patience_ms;
    Result<EventLoop> loop = EventLoop::create();
    ASSERT_TRUE(loop && refresher_->join(*loop));
    ASSERT_TRUE(loop->every(std::chrono::milliseconds(1), [&] {
        if (refreshes_ended() != before || --looks == 0) {
            loop->stop(0);
        }
    }));
    ASSERT_TRUE(loop->run());
    ASSERT_EQ(refreshes_ended(), before + 1) << "no answer came to the daemon";
}

} // namespace fastpath::test
