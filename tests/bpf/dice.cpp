// SPDX-License-Identifier: Apache-2.0
#include "dice.h"

#include "controlled.h"
#include "siphash.h"

#include <arpa/inet.h>
#include <sched.h>

namespace fastpath::test {

std::vector<Throw> next_throws(const fp_settings &settings, size_t count) {
    std::vector<Throw> throws;
    const uint64_t before = Controlled::instance().throws();
    const auto cpu = static_cast<uint64_t>(::sched_getcpu());
    for (uint64_t i = 1; i <= count; i++) {
        const uint64_t number = SipHash(Controlled::random_key).of(little_endian((before + i) ^ cpu << 48));
        const uint64_t port = settings.first_port + ((number >> 32) * settings.ports >> 32);
        throws.push_back(
            {static_cast<uint16_t>(port), ntohs(static_cast<uint16_t>(number))}); // the id as it lies in memory
    }
    return throws;
}

} // namespace fastpath::test
