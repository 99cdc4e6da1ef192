// SPDX-License-Identifier: Apache-2.0
#include "harness/lab.h"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/socket.h>
#include <system_error>

namespace fastpath::test {
namespace {

namespace fs = std::filesystem;

// Another run of the tests at the same time, from another clone, has to have a name of its own.
std::string prefix() {
    const char *const chosen = std::getenv("FASTPATH_E2E_LAB");
    return chosen != nullptr ? chosen : "e2e";
}

const fs::path states = "/run/dns-fastpath-lab";

UniqueFd open_or_throw(const fs::path &path, int flags) {
    UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (!fd) {
        throw std::system_error(errno, std::generic_category(), path);
    }
    return fd;
}

std::string name_of(Topology topology) {
    return topology == Topology::steering ? "steering" : "plain";
}

// Held while a program of tests has the lab. Not the lock of lab.sh, which would wait for it.
UniqueFd take_turn() {
    fs::create_directories(states);
    UniqueFd lock = open_or_throw(states / (prefix() + ".tests.lock"), O_RDWR | O_CREAT);
    if (::flock(lock.get(), LOCK_EX) != 0) {
        throw std::system_error(errno, std::generic_category(), "flock");
    }
    return lock;
}

Command lab_script(Command arguments) {
    arguments.insert(arguments.begin(), {"env", "LAB_PREFIX=" + prefix(), "LAB_HOSTS=1000", FASTPATH_LAB_SCRIPT});
    return arguments;
}

Command entering(Machine machine, const Command &command) {
    Command arguments = {"exec", name_of(machine)};
    arguments.insert(arguments.end(), command.begin(), command.end());
    return lab_script(arguments);
}

// The network namespace of this thread is that of a machine while this lives; sockets made meanwhile stay there.
class Visit {
  public:
    explicit Visit(Machine machine) : home_(open_or_throw("/proc/thread-self/ns/net", O_RDONLY)) {
        const UniqueFd there = open_or_throw("/run/netns/" + prefix() + "-" + name_of(machine), O_RDONLY);
        enter(there.get());
    }
    Visit(const Visit &) = delete;
    Visit &operator=(const Visit &) = delete;
    ~Visit() {
        if (::setns(home_.get(), CLONE_NEWNET) != 0) {
            std::abort(); // whatever came next would happen on the wrong machine
        }
    }

  private:
    static void enter(int fd) {
        if (::setns(fd, CLONE_NEWNET) != 0) {
            throw std::system_error(errno, std::generic_category(), "setns");
        }
    }
    UniqueFd home_;
};

} // namespace

std::string name_of(Machine machine) {
    switch (machine) {
    case Machine::client:
        return "client";
    case Machine::auth:
        return "auth";
    case Machine::resolver:
        return "resolver";
    case Machine::stranger:
        return "stranger";
    case Machine::fp1:
        return "fp1";
    case Machine::fp2:
        return "fp2";
    case Machine::az1a:
        return "az1a";
    case Machine::az1b:
        return "az1b";
    case Machine::az2a:
        return "az2a";
    case Machine::corp:
        return "corp";
    }
    throw std::invalid_argument("no such machine");
}

Lab::Lab(Topology topology) : session_(take_turn()) {
    Command command = lab_script({"up"});
    command.insert(command.begin() + 1, "LAB_TOPOLOGY=" + name_of(topology));
    const Finished up = test::run(command, {}, std::chrono::minutes(5)); // it may install packages
    if (up.exit_code != 0) {
        throw std::runtime_error("scripts/lab.sh up: " + up.output);
    }
}

Lab::~Lab() {
    const Finished down = test::run(lab_script({"down"}));
    if (down.exit_code != 0) {
        std::fputs(down.output.c_str(), stderr);
    }
}

Process Lab::start(Machine machine, const Command &command) const {
    return Process(entering(machine, command));
}

Finished Lab::run(Machine machine, const Command &command, const std::string &input) const {
    return test::run(entering(machine, command), input);
}

std::string Lab::must_run(Machine machine, const Command &command, const std::string &input) const {
    const Finished finished = run(machine, command, input);
    if (finished.exit_code != 0) {
        throw std::runtime_error(command.front() + " on the " + name_of(machine) + ": " + finished.output);
    }
    return finished.output;
}

void Lab::restart_resolver(Machine machine) const {
    const Finished restart = test::run(lab_script({"restart", name_of(machine)}));
    if (restart.exit_code != 0) {
        throw std::runtime_error("scripts/lab.sh restart: " + restart.output);
    }
}

UniqueFd Lab::socket(Machine machine, int family, int type, int protocol) const {
    const Visit visit(machine);
    UniqueFd fd(::socket(family, type | SOCK_CLOEXEC, protocol));
    if (!fd) {
        throw std::system_error(errno, std::generic_category(), "socket");
    }
    return fd;
}

std::string Lab::talk(Machine machine, uint16_t port, const std::string &request) const {
    const UniqueFd connection = socket(machine, AF_INET, SOCK_STREAM);
    sockaddr_in server = {};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval limit = {.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (::connect(connection.get(), reinterpret_cast<const sockaddr *>(&server), sizeof(server)) != 0 ||
        ::send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size())) {
        return {};
    }
    std::string reply;
    std::array<char, 65536> part;
    ssize_t got = 0;
    while ((got = ::recv(connection.get(), part.data(), part.size(), 0)) > 0) {
        reply.append(part.data(), static_cast<size_t>(got));
    }
    return reply;
}

fs::path Lab::state() const {
    return states / prefix();
}

} // namespace fastpath::test
