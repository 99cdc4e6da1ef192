// SPDX-License-Identifier: Apache-2.0
// As much of HTTP/1.1 (RFC 9112) as answers with Content-Length need.
#include "harness/http_connection.h"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>

namespace fastpath::test {
namespace {

size_t content_length(const std::string &head) {
    const std::string field = "Content-Length: ";
    const size_t at = head.find(field);
    if (at == std::string::npos) {
        throw std::runtime_error("no Content-Length in: " + head);
    }
    return std::stoul(head.substr(at + field.size()));
}

} // namespace

HttpConnection::HttpConnection(const Lab &lab, Machine from, const std::string &address, uint16_t port)
    : socket_(lab.socket(from, AF_INET, SOCK_STREAM)) {
    sockaddr_in server = {};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &server.sin_addr);
    const timeval limit = {.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr *>(&server), sizeof(server)) != 0) {
        throw std::system_error(errno, std::generic_category(), address);
    }
}

std::string HttpConnection::get(const std::string &path) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n";
    if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
        throw std::system_error(errno, std::generic_category(), path);
    }
    constexpr std::string_view end_of_head = "\r\n\r\n";
    size_t body = 0;
    while ((body = received_.find(end_of_head)) == std::string::npos) {
        receive();
    }
    body += end_of_head.size();
    const std::string head = received_.substr(0, body);
    const size_t end = body + content_length(head);
    while (received_.size() < end) {
        receive();
    }
    const std::string content = received_.substr(body, end - body);
    received_.erase(0, end);
    if (!head.starts_with("HTTP/1.1 200 ")) {
        throw std::runtime_error(path + ": " + head + content);
    }
    return content;
}

void HttpConnection::receive() {
    std::array<char, 65536> part;
    const ssize_t got = ::recv(socket_.get(), part.data(), part.size(), 0);
    if (got <= 0) {
        throw std::runtime_error("the HTTP connection is gone");
    }
    received_.append(part.data(), static_cast<size_t>(got));
}

} // namespace fastpath::test
