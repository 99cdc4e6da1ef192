// SPDX-License-Identifier: Apache-2.0
// The rules of policy.h, from the header to the last record. A rule that several RFCs know cites the strictest.
#include "cache/policy.h"

#include "dns/byte_order.h"
#include "dns/rr_type.h"

#include <algorithm>
#include <array>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/hash.h>
#include <limits>
#include <optional>
#include <utility>

namespace fastpath {
namespace {

// What every check looks at.
struct Response {
    const Message &message;
    uint8_t query_bits;
    const CachePolicy &policy;
};

using Check = std::optional<FillReject>;

constexpr uint16_t edns_option_client_subnet = 8; // RFC 7871
constexpr uint32_t longest_failure_ttl = 300;     // "MUST NOT be cached for longer than five minutes" (RFC 2308 7.1)

constexpr bool is_meta_type(uint16_t type) { // RFC 6895 3.1
    return type == 0 || type == rr_type::opt || (type >= FP_TYPE_META_FIRST && type <= FP_TYPE_META_LAST);
}

constexpr bool is_dnssec_type(uint16_t type) {
    return type == rr_type::rrsig || type == rr_type::nsec || type == rr_type::nsec3;
}

uint16_t rcode_of(const Message &message) {
    return message.flags & FP_DNS_RCODE;
}

// RFC 1035 4.1.1; TC: RFC 2181 9. RD=0 is never served from here, and its answer may be a referral from the cache.
Check check_header(const Response &response) {
    const Message &message = response.message;
    if ((message.flags & FP_DNS_QR) == 0) {
        return FillReject::not_response;
    }
    if ((message.flags & FP_DNS_OPCODE) != 0) {
        return FillReject::opcode;
    }
    if ((message.flags & FP_DNS_TC) != 0) {
        return FillReject::truncated;
    }
    if ((message.flags & FP_DNS_RD) == 0) {
        return FillReject::no_recursion;
    }
    // An authoritative server on another address of this host is no resolver (RFC 1035 4.1.1).
    if ((message.flags & FP_DNS_RA) == 0) {
        return FillReject::not_recursive;
    }
    if ((message.flags & FP_DNS_Z) != 0) {
        return FillReject::header_z;
    }
    return std::nullopt;
}

// Other RCODEs speak of this query or of the moment (FORMERR, REFUSED, BADVERS, BADCOOKIE), not of the name.
Check check_rcode(const Response &response) {
    const Message &message = response.message;
    const uint16_t rcode = rcode_of(message);
    const bool known = rcode == FP_RCODE_NOERROR || rcode == FP_RCODE_NXDOMAIN || rcode == FP_RCODE_SERVFAIL;
    if (!known || (message.opt && message.opt->extended_rcode != 0)) {
        return FillReject::rcode;
    }
    return std::nullopt;
}

// ANY and transfers: RFC 8482, 5936. TSIG and SIG(0) sign one transaction (RFC 8945 5.3, RFC 2931 3).
Check check_types(const Response &response) {
    const Message &message = response.message;
    if (is_meta_type(message.qtype)) {
        return FillReject::qtype;
    }
    if (message.qclass != FP_CLASS_IN) {
        return FillReject::class_not_in;
    }
    for (const Record &record : message.records) {
        if (is_meta_type(record.type)) {
            return FillReject::meta_record;
        }
        if (record.rclass != FP_CLASS_IN) {
            return FillReject::class_not_in;
        }
    }
    return std::nullopt;
}

// An OPT is not cached (RFC 6891 6.2.1), so what only it says would be lost. A client subnet makes an answer one for
// some clients alone (RFC 7871 7.3), a cookie belongs to one client (RFC 7873 5.3).
Check check_edns(const Response &response) {
    const Message &message = response.message;
    if (!message.opt) {
        return std::nullopt;
    }
    if (message.opt->version != 0) {
        return FillReject::edns_version;
    }
    if (message.opt->rdata_len == 0) {
        return std::nullopt;
    }
    const auto options = message.wire.first(message.opt->end).last(message.opt->rdata_len);
    switch (load_be16(options, 0)) { // one is enough to refuse
    case edns_option_client_subnet:
        return FillReject::ecs;
    case FP_EDNS_OPTION_COOKIE:
        return FillReject::cookie;
    default:
        return FillReject::edns_option;
    }
}

// CD is copied from the query (RFC 4035 3.2.2), DO as well (RFC 3225 3). A response that does not is not the answer to the
// query that the key stands for.
Check check_query_bits(const Response &response) {
    const Message &message = response.message;
    const bool asked_cd = (response.query_bits & FP_QUERY_CD) != 0;
    const bool asked_do = (response.query_bits & FP_QUERY_DO) != 0;
    if (((message.flags & FP_DNS_CD) != 0) != asked_cd) {
        return FillReject::cd_mismatch;
    }
    const bool has_do = message.opt && (message.opt->flags & FP_EDNS_DO) != 0;
    if (has_do != asked_do) {
        return FillReject::do_mismatch;
    }
    return std::nullopt;
}

// AD only for those who asked with DO or AD (RFC 6840 5.7, 5.8); DNSSEC records only for those who asked with DO, or
// for the very type (RFC 4035 3.2.1).
Check check_dnssec(const Response &response) {
    const Message &message = response.message;
    if ((message.flags & FP_DNS_AD) != 0 && (response.query_bits & (FP_QUERY_DO | FP_QUERY_AD)) == 0) {
        return FillReject::ad_unasked;
    }
    const auto unasked = [&message](const Record &record) {
        return is_dnssec_type(record.type) && record.type != message.qtype;
    };
    const bool asked_do = (response.query_bits & FP_QUERY_DO) != 0;
    if (!asked_do && std::any_of(message.records.begin(), message.records.end(), unasked)) {
        return FillReject::dnssec_unasked;
    }
    return std::nullopt;
}

Check check_size(const Response &response) {
    return response.message.wire.size() > response.policy.payload_size ? Check(FillReject::too_large) : std::nullopt;
}

// 0 is "for this transaction only" (RFC 1035 3.2.1), whatever min_ttl says.
Check check_ttls(const Response &response) {
    const std::vector<Record> &records = response.message.records;
    const bool has_zero =
        std::any_of(records.begin(), records.end(), [](const Record &record) { return record.ttl == 0; });
    return has_zero ? Check(FillReject::ttl_zero) : std::nullopt;
}

// The names that the answer section is about: qname, then the target of each CNAME (RFC 1034 4.3.2, 3a).
struct Chain {
    std::vector<WireName> names;
    bool ends_in_data = false; // records of qtype are there for the last one
};

using OwnedRecord = std::pair<WireName, const Record *>;

std::vector<OwnedRecord> with_owners(const Message &message, std::span<const Record> records) {
    std::vector<OwnedRecord> owned;
    owned.reserve(records.size());
    for (const Record &record : records) {
        owned.emplace_back(message.owner(record), &record);
    }
    return owned;
}

const Record *find_record(const std::vector<OwnedRecord> &records, const WireName &owner, uint16_t type) {
    const auto found = std::find_if(records.begin(), records.end(), [&](const OwnedRecord &candidate) {
        return candidate.second->type == type && candidate.first == owner;
    });
    return found == records.end() ? nullptr : found->second;
}

// A DNAME needs no step of its own: the server gives the CNAME that it stands for along with it (RFC 6672 3.1).
Chain follow_chain(const Message &message, const std::vector<OwnedRecord> &answer) {
    Chain chain{.names = {message.qname}};
    for (;;) {
        if (find_record(answer, chain.names.back(), message.qtype) != nullptr) {
            chain.ends_in_data = true;
            return chain;
        }
        const Record *const cname = find_record(answer, chain.names.back(), rr_type::cname);
        if (cname == nullptr) {
            return chain;
        }
        WireName next = message.target(*cname);
        if (std::find(chain.names.begin(), chain.names.end(), next) != chain.names.end()) {
            return chain; // a loop of CNAMEs leads nowhere
        }
        chain.names.push_back(std::move(next));
    }
}

bool is_part_of(const Chain &chain, const Message &message, const OwnedRecord &candidate) {
    const auto &[owner, record] = candidate;
    uint16_t type = record->type;
    if (type == rr_type::rrsig && message.qtype != rr_type::rrsig) {
        type = load_be16(message.wire, record->rdata_offset); // a signature belongs where the type it covers does
    }
    if (type == rr_type::dname) {
        return std::any_of(chain.names.begin(), chain.names.end(),
                           [&zone = owner](const WireName &name) { return is_at_or_below(name, zone); });
    }
    const bool expected_type = type == message.qtype || type == rr_type::cname;
    return expected_type && std::find(chain.names.begin(), chain.names.end(), owner) != chain.names.end();
}

// As long as its record with the lowest TTL lives (RFC 2181 5.2).
uint32_t lowest_ttl(const Message &message, AnswerKind kind, const CachePolicy &policy) {
    uint32_t lowest = std::numeric_limits<uint32_t>::max();
    for (const Record &record : message.records) {
        lowest = std::min(lowest, cached_ttl(record.ttl, kind, policy));
    }
    return lowest;
}

tl::expected<Lifetime, FillReject> live(AnswerKind kind, uint32_t seconds) {
    if (seconds == 0) {
        return tl::unexpected(FillReject::ttl_zero);
    }
    return Lifetime{.seconds = seconds, .kind = kind};
}

// RFC 9520 3.2: at least a second, at most five minutes. Its records, if any, are not outlived.
tl::expected<Lifetime, FillReject> decide_failure(const Message &message, const CachePolicy &policy) {
    if (policy.failure_ttl == 0) {
        return tl::unexpected(FillReject::failure);
    }
    const uint32_t longest = std::min(policy.failure_ttl, longest_failure_ttl);
    return live(AnswerKind::failure, std::min(longest, lowest_ttl(message, AnswerKind::failure, policy)));
}

// NXDOMAIN and NODATA, also at the end of a chain, live min(TTL of the SOA, its MINIMUM), and not at all without an SOA
// (RFC 2308 5). Whose SOA is not asked: a resolver's policy zone answers with its own.
tl::expected<Lifetime, FillReject> decide_negative(const Message &message, const CachePolicy &policy) {
    uint32_t seconds = std::min(policy.max_negative_ttl, lowest_ttl(message, AnswerKind::negative, policy));
    bool has_soa = false;
    bool has_ns = false;
    for (const Record &record : message.section(Section::authority)) {
        if (record.type == rr_type::soa) {
            has_soa = true;
            seconds =
                std::min(seconds, load_be32(message.wire, record.end - sizeof(uint32_t))); // MINIMUM is its last field
        }
        has_ns = has_ns || record.type == rr_type::ns;
    }
    if (!has_soa) {
        const bool referral =
            has_ns && rcode_of(message) == FP_RCODE_NOERROR && message.section(Section::answer).empty(); // RFC 2308 2.2
        return tl::unexpected(referral ? FillReject::referral : FillReject::no_soa);
    }
    return live(AnswerKind::negative, seconds);
}

tl::expected<Lifetime, FillReject> decide_answer(const Message &message, const CachePolicy &policy) {
    const auto answer = with_owners(message, message.section(Section::answer));
    const Chain chain = follow_chain(message, answer);
    const bool related = std::all_of(answer.begin(), answer.end(), [&](const OwnedRecord &candidate) {
        return is_part_of(chain, message, candidate);
    });
    if (!related || (chain.ends_in_data && rcode_of(message) == FP_RCODE_NXDOMAIN)) {
        return tl::unexpected(FillReject::unrelated);
    }
    if (!chain.ends_in_data) {
        return decide_negative(message, policy);
    }
    return live(AnswerKind::positive, lowest_ttl(message, AnswerKind::positive, policy));
}

} // namespace

tl::expected<Lifetime, FillReject> decide(const Message &message, uint8_t query_bits, const CachePolicy &policy) {
    constexpr std::array checks{check_header,     check_rcode,  check_types, check_edns,
                                check_query_bits, check_dnssec, check_size,  check_ttls};
    const Response response{.message = message, .query_bits = query_bits, .policy = policy};
    for (const auto check : checks) {
        if (const Check reject = check(response)) {
            return tl::unexpected(*reject);
        }
    }
    return rcode_of(message) == FP_RCODE_SERVFAIL ? decide_failure(message, policy) : decide_answer(message, policy);
}

// A set high bit is a large value, not a negative one (RFC 8767 4, which amends RFC 2181 8), so the cap deals with it.
// min_ttl prolongs data; what does not exist or failed is not kept longer than its zone says.
uint32_t cached_ttl(uint32_t wire_ttl, AnswerKind kind, const CachePolicy &policy) {
    const uint32_t floor = kind == AnswerKind::positive ? policy.min_ttl : 0;
    return std::min(std::max(wire_ttl, floor), policy.max_ttl);
}

} // namespace fastpath
