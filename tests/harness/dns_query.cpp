// SPDX-License-Identifier: Apache-2.0
#include "harness/dns_query.h"

#include "unit/response_text.h"

#include <stdexcept>

namespace fastpath::test {

Octets Edns::octets() const {
    Octets record = owner;
    append16(record, type);
    append16(record, udp_size);
    append8(record, extended_rcode);
    append8(record, version);
    append16(record, flags);
    append16(record, options_length.value_or(static_cast<uint16_t>(options.size())));
    append(record, options);
    return record;
}

Octets edns_option(uint16_t code, const Octets &data) {
    Octets option;
    append16(option, code);
    append16(option, static_cast<uint16_t>(data.size()));
    append(option, data);
    return option;
}

Octets DnsQuery::name_octets() const {
    if (raw_name) {
        return *raw_name;
    }
    const LdnsRdf dname(ldns_dname_new_frm_str(name.c_str()));
    if (!dname) {
        throw std::invalid_argument("not a domain name: " + name);
    }
    const uint8_t *const data = ldns_rdf_data(dname.get());
    return {data, data + ldns_rdf_size(dname.get())};
}

Octets DnsQuery::question() const {
    Octets octets = name_octets();
    append16(octets, qtype);
    append16(octets, qclass);
    return octets;
}

Octets DnsQuery::octets() const {
    Octets message;
    append16(message, id);
    append16(message, flags);
    append16(message, qdcount);
    append16(message, ancount);
    append16(message, nscount);
    append16(message, arcount.value_or(edns ? 1 : 0));
    if (has_question) {
        append(message, question());
    }
    if (edns) {
        append(message, edns->octets());
    }
    append(message, tail);
    return message;
}

} // namespace fastpath::test
