// SPDX-License-Identifier: Apache-2.0
// The table behind rdata.h. A type belongs here if its data hold a name, or if resolvers answer it often enough that a
// malformed one should not be cached.
#include "dns/rdata.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace fastpath {
namespace {

using Kind = RdataField::Kind;

constexpr RdataField name{.kind = Kind::name};
constexpr RdataField string{.kind = Kind::string};
constexpr RdataField strings{.kind = Kind::strings};
constexpr RdataField rest{.kind = Kind::rest};

constexpr RdataField octets(uint8_t size) {
    return {.kind = Kind::octets, .size = size};
}

struct Layout {
    constexpr Layout(uint16_t number, std::initializer_list<RdataField> list) : type(number), count(list.size()) {
        std::copy(list.begin(), list.end(), fields.begin());
    }

    uint16_t type;
    size_t count;
    std::array<RdataField, 5> fields{};
};

// Names are followed through pointers in every type, although only RFC 1035 types may be sent compressed: RFC 3597 4
// asks receivers to accept what older senders compressed (RP, AFSDB, RT, SIG, PX, NXT, NAPTR, SRV), and for the
// others a pointer that is understood is safer than one that is moved without being seen.
constexpr auto layouts = std::to_array<Layout>({
    {1, {octets(4)}},                                // A
    {2, {name}},                                     // NS
    {3, {name}},                                     // MD
    {4, {name}},                                     // MF
    {5, {name}},                                     // CNAME
    {6, {name, name, octets(20)}},                   // SOA
    {7, {name}},                                     // MB
    {8, {name}},                                     // MG
    {9, {name}},                                     // MR
    {12, {name}},                                    // PTR
    {13, {string, string}},                          // HINFO
    {14, {name, name}},                              // MINFO
    {15, {octets(2), name}},                         // MX
    {16, {strings}},                                 // TXT
    {17, {name, name}},                              // RP, RFC 1183
    {18, {octets(2), name}},                         // AFSDB, RFC 1183
    {19, {string}},                                  // X25, RFC 1183
    {21, {octets(2), name}},                         // RT, RFC 1183
    {24, {octets(18), name, rest}},                  // SIG, RFC 2535
    {25, {octets(4), rest}},                         // KEY, RFC 2535
    {26, {octets(2), name, name}},                   // PX, RFC 2163
    {28, {octets(16)}},                              // AAAA, RFC 3596
    {29, {octets(16)}},                              // LOC, RFC 1876 (the only version there is)
    {30, {name, rest}},                              // NXT, RFC 2535
    {33, {octets(6), name}},                         // SRV, RFC 2782
    {35, {octets(4), string, string, string, name}}, // NAPTR, RFC 3403
    {36, {octets(2), name}},                         // KX, RFC 2230
    {37, {octets(5), rest}},                         // CERT, RFC 4398
    {39, {name}},                                    // DNAME, RFC 6672
    {43, {octets(4), rest}},                         // DS, RFC 4034
    {44, {octets(2), rest}},                         // SSHFP, RFC 4255
    {46, {octets(18), name, rest}},                  // RRSIG, RFC 4034
    {47, {name, rest}},                              // NSEC, RFC 4034
    {48, {octets(4), rest}},                         // DNSKEY, RFC 4034
    {50, {octets(4), string, string, rest}},         // NSEC3, RFC 5155: salt and hash are counted as strings are
    {51, {octets(4), string}},                       // NSEC3PARAM, RFC 5155
    {52, {octets(3), rest}},                         // TLSA, RFC 6698
    {53, {octets(3), rest}},                         // SMIMEA, RFC 8162
    {58, {name, name}},                              // TALINK
    {59, {octets(4), rest}},                         // CDS, RFC 7344
    {60, {octets(4), rest}},                         // CDNSKEY, RFC 7344
    {62, {octets(6), rest}},                         // CSYNC, RFC 7477
    {64, {octets(2), name, rest}},                   // SVCB, RFC 9460
    {65, {octets(2), name, rest}},                   // HTTPS, RFC 9460
    {99, {strings}},                                 // SPF, RFC 7208
    {104, {octets(10)}},                             // NID, RFC 6742
    {105, {octets(6)}},                              // L32, RFC 6742
    {106, {octets(10)}},                             // L64, RFC 6742
    {107, {octets(2), name}},                        // LP, RFC 6742
    {108, {octets(6)}},                              // EUI48, RFC 7043
    {109, {octets(8)}},                              // EUI64, RFC 7043
    {256, {octets(4), rest}},                        // URI, RFC 7553
    {257, {octets(1), string, rest}},                // CAA, RFC 8659
});
static_assert(std::is_sorted(layouts.begin(), layouts.end(),
                             [](const Layout &left, const Layout &right) { return left.type < right.type; }));

constexpr std::array<RdataField, 1> opaque{rest};

const Layout *find_layout(uint16_t type) {
    const auto *const found =
        std::lower_bound(layouts.begin(), layouts.end(), type,
                         [](const Layout &layout, uint16_t wanted) { return layout.type < wanted; });
    return found != layouts.end() && found->type == type ? found : nullptr;
}

} // namespace

std::span<const RdataField> rdata_fields(uint16_t type) {
    const Layout *const layout = find_layout(type);
    return layout == nullptr ? std::span<const RdataField>(opaque) : std::span(layout->fields).first(layout->count);
}

bool rdata_is_known(uint16_t type) {
    return find_layout(type) != nullptr;
}

} // namespace fastpath
