// SPDX-License-Identifier: Apache-2.0
#include "e2e/table_limit.h"

#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <sys/file.h>
#include <system_error>

namespace fastpath::test {
namespace {

constexpr const char *file = "/proc/sys/net/netfilter/nf_conntrack_max";
constexpr const char *lock = "/run/dns-fastpath-lab/nf_conntrack_max.lock";

unsigned read_limit() {
    std::ifstream in(file);
    unsigned value = 0;
    if (!(in >> value)) {
        throw std::runtime_error(std::string("cannot read ") + file);
    }
    return value;
}

void write_limit(unsigned value) {
    std::ofstream(file) << value;
}

} // namespace

void track_connections(const Lab &lab) {
    lab.must_run(Machine::resolver, {"nft", "-f", "-"},
                 "table inet e2e {\n"
                 "  chain input {\n"
                 "    type filter hook input priority filter; policy accept;\n"
                 "    ct state invalid drop\n"
                 "  }\n"
                 "}\n");
}

TableLimit::TableLimit(unsigned limit) : lock_(::open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (::flock(lock_.get(), LOCK_EX) != 0) {
        throw std::system_error(errno, std::generic_category(), lock);
    }
    before_ = read_limit();
    run({"setsid", "--fork", "flock", lock, "sh", "-c", "echo $1 >$2", "sh", std::to_string(before_), file});
    write_limit(limit);
}

TableLimit::~TableLimit() {
    write_limit(before_);
}

} // namespace fastpath::test
