// SPDX-License-Identifier: Apache-2.0
// A request is one octet with the descriptor beside it (SCM_RIGHTS, unix(7)); the reply is a line of text: "ok LOADED ANSWERS", or
// "error" and what is wrong.
#include "snapshot/handover.h"

#include <array>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/un.h>

namespace fastpath::snapshot {

namespace {

using namespace std::chrono_literals;

constexpr char load_verb = 'L';
constexpr auto request_patience = 100ms; // it is sent together with the connection
constexpr auto reply_patience = 120s;    // far more than the largest cache takes
constexpr size_t longest_reply = 4096;

struct Name {
    sockaddr_un address{};
    socklen_t length = 0;
};

Result<Name> name_of(const std::filesystem::path &pins) {
    const std::string text = "dns-fastpath:" + pins.string();
    Name name;
    name.address.sun_family = AF_UNIX;
    if (text.size() >= sizeof(name.address.sun_path)) {
        return fail("the path " + pins.string() + " is too long for the name of a socket");
    }
    text.copy(&name.address.sun_path[1], text.size()); // behind a zero: the abstract namespace
    name.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    return name;
}

Result<UniqueFd> open_socket() {
    UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!socket) {
        return fail_errno("cannot open a Unix socket");
    }
    return socket;
}

std::optional<ucred> peer_of(int connection) {
    ucred peer = {};
    socklen_t size = sizeof(peer);
    return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? std::optional(peer) : std::nullopt;
}

bool is_readable(int fd, std::chrono::milliseconds patience) {
    pollfd waiting = {.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, static_cast<int>(patience.count())) == 1;
}

// One octet, and room for one descriptor beside it.
struct Envelope {
    char verb = 0;
    iovec octet = {.iov_base = &verb, .iov_len = 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};

    Envelope() {
        message.msg_iov = &octet;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
    }
    Envelope(const Envelope &) = delete;
    Envelope &operator=(const Envelope &) = delete;
    ~Envelope() = default;
};

bool send_file(int connection, int file) {
    Envelope envelope;
    envelope.verb = load_verb;
    cmsghdr *const rights = CMSG_FIRSTHDR(&envelope.message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(file));
    std::memcpy(CMSG_DATA(rights), &file, sizeof(file));
    return ::sendmsg(connection, &envelope.message, MSG_NOSIGNAL) == 1;
}

UniqueFd receive_file(int connection) {
    Envelope envelope;
    if (::recvmsg(connection, &envelope.message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != 1) {
        return {};
    }
    const cmsghdr *const rights = CMSG_FIRSTHDR(&envelope.message);
    if (rights == nullptr || rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS ||
        rights->cmsg_len != CMSG_LEN(sizeof(int))) {
        return {};
    }
    int file = -1;
    std::memcpy(&file, CMSG_DATA(rights), sizeof(file));
    UniqueFd received(file);
    return envelope.verb == load_verb ? std::move(received) : UniqueFd();
}

Result<LoadReport> read_reply(const std::string &text) {
    std::istringstream words(text);
    std::string verdict;
    LoadReport report;
    if (words >> verdict >> report.loaded >> report.answers && verdict == "ok") {
        return report;
    }
    return fail(text.starts_with("error ") ? text.substr(std::strlen("error "))
                                           : "the daemon has ended before the snapshot was loaded");
}

} // namespace

void LoadRequest::answer(const Result<LoadReport> &result) const {
    std::string text = result ? "ok " + std::to_string(result->loaded) + " " + std::to_string(result->answers)
                              : "error " + result.error().message;
    text.resize(std::min(text.size(), longest_reply));
    ::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT); // who has gone needs no answer
}

Result<LoadListener> LoadListener::create(const std::filesystem::path &pins) {
    const Result<Name> name = name_of(pins);
    Result<UniqueFd> socket = open_socket();
    if (!name || !socket) {
        return tl::unexpected(!name ? name.error() : socket.error());
    }
    if (::bind(socket->get(), reinterpret_cast<const sockaddr *>(&name->address), name->length) != 0 ||
        ::listen(socket->get(), 1) != 0) {
        return fail_errno("cannot listen on the Unix socket of " + pins.string());
    }
    return LoadListener(std::move(*socket));
}

std::optional<LoadRequest> LoadListener::accept() const {
    LoadRequest request{.connection = UniqueFd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)), .file = {}};
    const std::optional<ucred> peer = peer_of(request.connection.get());
    if (!peer || (peer->uid != 0 && peer->uid != ::geteuid())) {
        return std::nullopt;
    }
    if (is_readable(request.connection.get(), request_patience)) {
        request.file = receive_file(request.connection.get());
    }
    return request.file ? std::optional(std::move(request)) : std::nullopt;
}

Result<LoadReport> request_load(const std::filesystem::path &pins, pid_t daemon, const UniqueFd &file) {
    const Result<Name> name = name_of(pins);
    const Result<UniqueFd> socket = open_socket();
    if (!name || !socket) {
        return tl::unexpected(!name ? name.error() : socket.error());
    }
    const std::string who = "the daemon (process " + std::to_string(daemon) + ")";
    if (::connect(socket->get(), reinterpret_cast<const sockaddr *>(&name->address), name->length) != 0) {
        auto error = fail_errno("cannot talk to " + who);
        error.value().message += "; is it in another network namespace? Then run this there";
        return error;
    }
    if (const std::optional<ucred> peer = peer_of(socket->get()); !peer || peer->pid != daemon) {
        return fail("another process listens in the place of " + who + "; nothing was given to it");
    }
    if (!send_file(socket->get(), file.get())) {
        return fail_errno("cannot hand the snapshot to " + who);
    }
    if (!is_readable(socket->get(), reply_patience)) {
        return fail(who + " does not say what came of it; see its log");
    }
    std::string reply(longest_reply, '\0');
    const ssize_t length = ::recv(socket->get(), reply.data(), reply.size(), 0);
    reply.resize(static_cast<size_t>(std::max<ssize_t>(length, 0)));
    return read_reply(reply);
}

} // namespace fastpath::snapshot
