// SPDX-License-Identifier: Apache-2.0
// Responses for tests, written as a zone file would say them; ldns puts them on the wire, so that what the reader is
// tested with was not made by its authors.
#pragma once

#include <stdbool.h> // before ldns, which otherwise defines bool, false and true as macros

#include <cstdint>
#include <dns_fastpath/dns_wire.h>
#include <ldns/ldns.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fastpath::test {

struct OptText {
    uint16_t udp_size = 1232;
    uint16_t flags = 0;
    uint8_t extended_rcode = 0;
    uint8_t version = 0;
    std::vector<uint8_t> options{};
    size_t records_behind = 0; // additional records that stand behind the OPT
};

struct ResponseText {
    std::string question = "www.example.com. IN A";
    uint16_t flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA; // and the RCODE
    std::vector<std::string> answer{};
    std::vector<std::string> authority{};
    std::vector<std::string> additional{};
    std::optional<OptText> opt{};
};

// With id 0x1234 and names compressed. Throws std::invalid_argument with the text that ldns does not take.
[[nodiscard]] std::vector<uint8_t> to_wire(const ResponseText &text);

struct LdnsDeleter {
    void operator()(ldns_pkt *packet) const { ldns_pkt_free(packet); }
    void operator()(ldns_rdf *rdf) const { ldns_rdf_deep_free(rdf); }
};
using LdnsPacket = std::unique_ptr<ldns_pkt, LdnsDeleter>;
using LdnsRdf = std::unique_ptr<ldns_rdf, LdnsDeleter>;

// Null where ldns refuses the message.
[[nodiscard]] LdnsPacket parse_with_ldns(const std::vector<uint8_t> &wire);

} // namespace fastpath::test
