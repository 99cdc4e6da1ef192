// SPDX-License-Identifier: Apache-2.0
#include "mail_mix.h"

#include "dns/name.h"
#include "numbered.h"
#include "unit/response_text.h"
#include "util/clock.h"
#include "world.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <dns_fastpath/events.h>

namespace fastpath::test {
namespace {

constexpr std::array<uint16_t, MailMix::kinds> types = {type::a, type::mx, type::aaaa, type::txt};
constexpr size_t letters_at = FP_DNS_HEADER_LEN + 1; // in a message

std::string host(uint32_t number) {
    return letters_of(number / MailMix::kinds) + ".mail.example.";
}

std::vector<ResponseText> responses() {
    const std::string name = host(0);
    return {
        {.question = name + " IN A",
         .answer = {name + " 3600 IN A 192.0.2.1", name + " 3600 IN A 192.0.2.2"},
         .opt = OptText{}},
        {.question = name + " IN MX",
         .answer = {name + " 3600 IN MX 10 mx-a.mail.example.", name + " 3600 IN MX 20 mx-b.mail.example."},
         .opt = OptText{}},
        {.question = name + " IN AAAA",
         .authority = {"mail.example. 3600 IN SOA ns.mail.example. hostmaster.mail.example. 1 7200 3600 1209600 3600"},
         .opt = OptText{}},
        {.question = name + " IN TXT",
         .answer = {name + R"( 3600 IN TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.mail.example -all")"},
         .opt = OptText{}},
    };
}

} // namespace

MailMix::MailMix(const HashKey &key) : key_(key), query_(frame(DnsQuery{.name = host(0), .edns = Edns{}})) {
    for (const ResponseText &response : responses()) {
        answers_.push_back(to_wire(response));
    }
}

bench_variation MailMix::variation(uint32_t number) const {
    bench_variation variation = query_.variations()[0];
    variation.qtype = htons(types[number % kinds]);
    std::memcpy(&variation.name, letters_of(number / kinds).data(), sizeof(variation.name));
    return variation;
}

std::vector<std::byte> MailMix::learned(uint32_t number) const {
    Octets message = answers_[number % kinds];
    const std::string letters = letters_of(number / kinds);
    std::copy(letters.begin(), letters.end(), message.begin() + letters_at);

    const uint16_t qtype = types[number % kinds];
    fp_learned head = {};
    head.key = key_of(expand_name(message, FP_DNS_HEADER_LEN), qtype, 0, default_view, key_);
    head.seen_ns = monotonic_ns();
    head.len = static_cast<uint16_t>(message.size());
    head.limit = default_settings().payload_size;
    head.view = default_view;
    std::vector<std::byte> record(sizeof(head) + message.size());
    std::memcpy(record.data(), &head, sizeof(head));
    std::memcpy(record.data() + sizeof(head), message.data(), message.size());
    return record;
}

} // namespace fastpath::test
