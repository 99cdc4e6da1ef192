// SPDX-License-Identifier: Apache-2.0
// A hit, whatever the packet around the question looks like.
#include "fixture.h"

namespace fastpath::test {
namespace {

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

class Hit : public FastPath {};

TEST_F(Hit, Ipv4) {
    const Cached &cached = add(www);
    EXPECT_TRUE(answers(frame(Ipv4{}, Udp{}, DnsQuery{}), cached));
}

} // namespace
} // namespace fastpath::test
