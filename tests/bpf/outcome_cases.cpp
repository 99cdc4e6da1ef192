// SPDX-License-Identifier: Apache-2.0
// The cases go down the packet walk: Ethernet, IP, UDP, ACL, DNS header, question, EDNS, cache.
#include "outcome_cases.h"

#include "corpus.h"
#include "map_element.h"
#include "util/address.h"

#include <utility>

namespace fastpath::test {
namespace {

using Cases = std::vector<OutcomeCase>;

// A frame that ends after `size` octets.
Packet cut(const Packet &packet, size_t size) {
    Octets octets = packet.octets();
    octets.resize(size);
    // What is left as the payload of an Ethernet frame without anything that the builder would add.
    Packet rest = packet;
    rest.verbatim = octets;
    return rest;
}

Packet query(const DnsQuery &dns) {
    return frame(dns);
}

Packet query_with_option(const Octets &options) {
    return query({.edns = Edns{.options = options}});
}

Cases not_for_us() {
    return {
        {FP_OUT_other, "arp", frame(Ethernet{.type = 0x0806})},
        {FP_OUT_other, "ethernet_alone", cut(frame(), 14)},
        {FP_OUT_other, "vlan_tag_cut_short", cut(frame(Vlan{}), 16)},
        {FP_OUT_other, "three_vlan_tags", frame(Vlan{}, Vlan{}, Vlan{})},
        {FP_OUT_other, "ipv4_header_cut_short", cut(frame(), 33)},
        {FP_OUT_other, "ipv6_header_cut_short", cut(frame(Ipv6{}), 53)},
        {FP_OUT_other, "udp_header_cut_short", cut(frame(), 41)},
        {FP_OUT_other, "ipv4_version_5", frame(Ipv4{.version = 5})},
        {FP_OUT_other, "ipv6_version_4", frame(Ipv6{.version = 4})},
        {FP_OUT_other, "ipv4_header_of_16_octets", frame(Ipv4{.header_words = 4})},
        {FP_OUT_other, "mapped_source", frame(Ipv6{.src = "::ffff:198.18.0.10"})},
        {FP_OUT_other, "mapped_addresses", frame(Ipv6{.src = "::ffff:198.18.0.10", .dst = "::ffff:198.18.0.2"})},
        {FP_OUT_other, "later_fragment", frame(Ipv4{.fragment = 0x2001})},
        {FP_OUT_other, "last_fragment", frame(Ipv4{.fragment = 0x0010})},
        {FP_OUT_other, "icmp", frame(Ipv4{.protocol = 1})},
        {FP_OUT_other, "icmpv6", frame(Ipv6{.next_header = 58})},
        {FP_OUT_other, "other_ipv4_address", frame(Ipv4{.dst = "198.18.0.9"})},
        {FP_OUT_other, "other_ipv6_address", frame(Ipv6{.dst = "2001:db8::9"})},
        {FP_OUT_other, "extension_to_another_address",
         frame(Ipv6{.dst = "2001:db8::9", .extensions = {Ipv6Extension{}}})},
        {FP_OUT_other, "other_port", frame(Udp{.dst = 5353})},
        {FP_OUT_other, "answer_from_port_53", frame(Udp{.src = 53, .dst = 40000}, DnsQuery{.flags = FP_DNS_QR})},
        {FP_OUT_other, "tcp_segment", frame(Tcp{.flags = 0x10})},
        {FP_OUT_other, "tcp_syn_ack", frame(Tcp{.flags = 0x12})},
        {FP_OUT_other, "tcp_to_another_port", frame(Tcp{.dst = 853})},
    };
}

Cases packet_reasons() {
    constexpr Mac broadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    constexpr Mac multicast{0x33, 0x33, 0, 0, 0, 2};
    const Octets no_operation(4, 1);
    Cases cases = {
        {FP_OUT_pass_tcp, "ipv4", frame(Tcp{})},
        {FP_OUT_pass_tcp, "ipv6", frame(Ipv6{}, Tcp{})},
        {FP_OUT_pass_tcp, "fast_open", frame(Tcp{.flags = 0xc2})},
        {FP_OUT_pass_l2_group, "broadcast", frame(Ethernet{.dst = broadcast})},
        {FP_OUT_pass_l2_group, "multicast", frame(Ethernet{.dst = multicast}, Ipv6{})},
        {FP_OUT_pass_multi_buffer, "ipv4", frame(Octets(5000))},
        {FP_OUT_pass_multi_buffer, "ipv6", frame(Ipv6{}, Octets(5000))},
        {FP_OUT_pass_multi_buffer, "query_in_a_padded_frame", frame(Padding{5000})},
        {FP_OUT_pass_fragment, "first", frame(Ipv4{.fragment = 0x2000})},
        {FP_OUT_pass_ip_options, "no_operation", frame(Ipv4{.options = no_operation})},
        {FP_OUT_pass_ip_length, "ipv4_beyond_the_frame", frame(Ipv4{.total_length = 100}, Udp{.length = 80})},
        {FP_OUT_pass_ip_length, "ipv4_less_than_its_header", frame(Ipv4{.total_length = 19})},
        {FP_OUT_pass_ip_length, "ipv6_beyond_the_frame", frame(Ipv6{.payload_length = 80}, Udp{.length = 80})},
        {FP_OUT_pass_ip_checksum, "off_by_one", frame(Ipv4{.checksum = 0x7347})},
        {FP_OUT_pass_ip_checksum, "zero", frame(Ipv4{.checksum = 0})},
        {FP_OUT_pass_udp_length, "shorter_than_ip", frame(Udp{.length = 40})},
        {FP_OUT_pass_udp_length, "longer_than_ip", frame(Udp{.length = 42})},
        {FP_OUT_pass_udp_length, "ipv6", frame(Ipv6{}, Udp{.length = 40})},
        {FP_OUT_pass_udp_length, "ipv6_zero", frame(Ipv6{}, Udp{.length = 0})},
        {FP_OUT_pass_source_port, "ipv4", frame(Udp{.src = 0})},
        {FP_OUT_pass_source_port, "ipv6", frame(Ipv6{}, Udp{.src = 0})},
    };
    for (const auto &[type, what] : {std::pair<uint8_t, const char *>{0, "hop_by_hop"},
                                     {43, "routing"},
                                     {44, "fragment"},
                                     {51, "authentication"},
                                     {60, "destination_options"},
                                     {135, "mobility"}}) {
        cases.push_back({FP_OUT_pass_ipv6_extension, what, frame(Ipv6{.extensions = {Ipv6Extension{.type = type}}})});
    }
    return cases;
}

Cases acl_outcomes() {
    const Packet from_ipv4 = frame(Ipv4{.src = denied_ipv4});
    const Packet from_ipv6 = frame(Ipv6{.src = denied_ipv6});
    const Packet unparsable = frame(Ipv4{.src = denied_ipv4}, DnsQuery{.flags = FP_DNS_QR});
    const auto drop = [](FastPath &test) { test.set_acl_action(FP_ACL_DROP); };
    const auto pass = [](FastPath &test) { test.set_acl_action(FP_ACL_PASS); };
    return {
        {FP_OUT_refused, "ipv4", from_ipv4},
        {FP_OUT_refused, "ipv6", from_ipv6},
        {FP_OUT_refused, "longer_prefix_that_denies", frame(Ipv4{.src = "198.18.66.1"})},
        {FP_OUT_drop_acl, "ipv4", from_ipv4, drop},
        {FP_OUT_drop_acl, "ipv6", from_ipv6, drop},
        {FP_OUT_drop_acl, "unparsable", unparsable, drop},
        {FP_OUT_pass_response, "of_a_denied_client", unparsable},
        {FP_OUT_pass_size, "empty_datagram_of_a_denied_client", frame(Ipv4{.src = denied_ipv4}, Octets{})},
        {FP_OUT_pass_acl, "ipv4", from_ipv4, pass},
        {FP_OUT_pass_acl, "ipv6", from_ipv6, pass},
        {FP_OUT_pass_acl, "unparsable", unparsable, pass},
    };
}

// Whose second is used up long before it has passed.
void use_up_rate(const char *client) {
    put_element("client_rates", parse_address(client).value().abi(), fp_client_rate{.paid_until_ns = UINT64_MAX / 2});
}

Cases rate_outcomes() {
    const auto limit = [](FastPath &test) {
        fp_settings settings = default_settings();
        settings.client_query_ns = FP_NSEC_PER_SEC / 20;
        test.set(settings);
        use_up_rate(client_ipv4);
        use_up_rate("2001:db8::"); // the network of client_ipv6
        use_up_rate(denied_ipv4);
    };
    return {
        {FP_OUT_drop_rate_limit, "ipv4", frame(), limit},
        {FP_OUT_drop_rate_limit, "ipv6", frame(Ipv6{}), limit},
        {FP_OUT_drop_rate_limit, "unparsable", frame(Octets{}), limit},
        {FP_OUT_drop_rate_limit, "denied", frame(Ipv4{.src = denied_ipv4}), limit},
    };
}

Cases header_reasons() {
    constexpr uint16_t rd = FP_DNS_RD;
    Cases cases = {
        {FP_OUT_pass_size, "empty_datagram", frame(Octets{})},
        {FP_OUT_pass_size, "header_alone", frame(Octets(12))},
        {FP_OUT_pass_size, "one_octet_short_of_the_root_question", frame(Octets(16))},
        {FP_OUT_pass_size, "longer_than_any_query", query({.tail = Octets(314)})},
        {FP_OUT_pass_response, "qr", query({.flags = FP_DNS_QR | rd})},
        {FP_OUT_pass_opcode, "status", query({.flags = 2 << 11 | rd})},
        {FP_OUT_pass_opcode, "notify", query({.flags = 4 << 11 | FP_DNS_AA})},
        {FP_OUT_pass_opcode, "update", query({.flags = 5 << 11})},
        {FP_OUT_pass_opcode, "unassigned", query({.flags = 15 << 11 | rd})},
        {FP_OUT_pass_header_flags, "aa", query({.flags = FP_DNS_AA | rd})},
        {FP_OUT_pass_header_flags, "tc", query({.flags = FP_DNS_TC | rd})},
        {FP_OUT_pass_header_flags, "ra", query({.flags = FP_DNS_RA | rd})},
        {FP_OUT_pass_header_flags, "z", query({.flags = FP_DNS_Z | rd})},
        {FP_OUT_pass_header_flags, "rcode_1", query({.flags = 1 | rd})},
        {FP_OUT_pass_header_flags, "rcode_8", query({.flags = 8 | rd})},
        {FP_OUT_pass_no_recursion, "rd_0", query({.flags = 0})},
        {FP_OUT_pass_no_recursion, "cd_and_ad_alone", query({.flags = FP_DNS_CD | FP_DNS_AD})},
        {FP_OUT_pass_counts, "no_question", query({.qdcount = 0})},
        {FP_OUT_pass_counts, "two_questions", query({.tail = DnsQuery{}.question(), .qdcount = 2})},
        {FP_OUT_pass_counts, "257_questions", query({.qdcount = 257})},
        {FP_OUT_pass_counts, "an_answer", query({.ancount = 1})},
        {FP_OUT_pass_counts, "an_authority", query({.nscount = 1})},
        {FP_OUT_pass_counts, "two_opts", query({.edns = Edns{}, .tail = Edns{}.octets(), .arcount = 2})},
        {FP_OUT_pass_counts, "256_additional", query({.edns = Edns{}, .arcount = 256})},
    };
    return cases;
}

// A name that would be well-formed if labels, or names, were allowed to be that long.
Octets name_of_labels(const std::vector<uint8_t> &lengths) {
    Octets name;
    for (const uint8_t length : lengths) {
        append8(name, length);
        name.insert(name.end(), length, 'a');
    }
    append8(name, 0);
    return name;
}

Cases question_reasons() {
    Cases cases = {
        {FP_OUT_pass_qname, "pointer", query({.raw_name = Octets{0xc0, 0x0c}})},
        {FP_OUT_pass_qname, "pointer_behind_a_label", query({.raw_name = Octets{1, 'a', 0xc0, 0x0c}})},
        {FP_OUT_pass_qname, "label_type_01", query({.raw_name = Octets{0x41, 'a', 0}})},
        {FP_OUT_pass_qname, "label_type_10", query({.raw_name = Octets{0x80, 0}})},
        {FP_OUT_pass_qname, "label_of_64_octets", query({.raw_name = name_of_labels({64})})},
        {FP_OUT_pass_qname, "label_of_127_octets", query({.raw_name = name_of_labels({1, 127})})},
        {FP_OUT_pass_qname, "name_of_256_octets", query({.raw_name = name_of_labels({63, 63, 63, 62})})},
        {FP_OUT_pass_qname, "name_of_257_octets", query({.raw_name = name_of_labels({63, 63, 63, 63})})},
        {FP_OUT_pass_qname, "name_of_300_octets", query({.raw_name = name_of_labels({63, 63, 63, 63, 42})})},
        {FP_OUT_pass_qname, "label_beyond_the_message", query({.raw_name = Octets{50, 'a', 'b'}})},
        {FP_OUT_pass_qname, "no_end",
         query({.raw_name = Octets{1, 'a', 1, 'b', 1}, .qtype = 0x6101, .qclass = 0x6201})},
        {FP_OUT_pass_qname, "no_room_for_the_type",
         frame(Octets{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 'a', 'b', 0, 0})},
        {FP_OUT_pass_qname, "no_room_for_the_class",
         frame(Octets{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0})},
        {FP_OUT_pass_qclass, "chaos", query({.name = "version.bind.", .qtype = type::txt, .qclass = 3})},
        {FP_OUT_pass_qclass, "any", query({.qclass = 255})},
        {FP_OUT_pass_qclass, "none", query({.qclass = 254})},
        {FP_OUT_pass_qclass, "zero", query({.qclass = 0})},
        {FP_OUT_pass_qclass, "257", query({.qclass = 257})},
    };
    for (const int qtype : {0, 41, 128, 249, 250, 251, 252, 253, 254, 255}) {
        cases.push_back(
            {FP_OUT_pass_qtype, "type_" + std::to_string(qtype), query({.qtype = static_cast<uint16_t>(qtype)})});
    }
    return cases;
}

Octets cookie(size_t length) {
    return edns_option(FP_EDNS_OPTION_COOKIE, Octets(length, 0xc0));
}

Octets concatenated(Octets first, const Octets &second) {
    append(first, second);
    return first;
}

Cases edns_reasons() {
    constexpr uint16_t nsid = 3, client_subnet = 8, expire = 9, keepalive = 11, padding = 12, unassigned = 65001;
    constexpr uint16_t tsig = 250;
    const auto pass_cookies = [](FastPath &test) {
        fp_settings settings = default_settings();
        settings.ignore_cookies = 0;
        test.set(settings);
    };
    Cases cases = {
        {FP_OUT_pass_additional, "missing", query({.arcount = 1})},
        {FP_OUT_pass_additional, "tsig", query({.edns = Edns{.type = tsig}})},
        {FP_OUT_pass_additional, "an_address", query({.edns = Edns{.options = Octets(4), .type = type::a}})},
        {FP_OUT_pass_additional, "owner_is_not_the_root", query({.edns = Edns{.owner = {1, 'a', 0}}})},
        {FP_OUT_pass_additional, "owner_is_a_pointer", query({.edns = Edns{.owner = {0xc0, 0x1c}}})},
        {FP_OUT_pass_additional, "cut_short", query({.tail = Octets{0, 0, 41, 4, 208, 0, 0, 0, 0, 0}, .arcount = 1})},
        {FP_OUT_pass_additional, "options_beyond_the_message", query({.edns = Edns{.options_length = 1}})},
        {FP_OUT_pass_additional, "options_of_65535_octets", query({.edns = Edns{.options_length = 65535}})},
        {FP_OUT_pass_trailing, "an_octet_behind_the_question", query({.tail = {0}})},
        {FP_OUT_pass_trailing, "an_octet_behind_the_opt", query({.edns = Edns{}, .tail = {0}})},
        {FP_OUT_pass_trailing, "an_opt_that_is_not_counted", query({.edns = Edns{}, .arcount = 0})},
        {FP_OUT_pass_trailing, "options_that_are_not_counted",
         query({.edns = Edns{.options = cookie(8), .options_length = 0}})},
        {FP_OUT_pass_edns_version, "version_1", query({.edns = Edns{.version = 1}})},
        {FP_OUT_pass_edns_version, "version_255", query({.edns = Edns{.version = 255}})},
        {FP_OUT_pass_edns_version, "extended_rcode", query({.edns = Edns{.extended_rcode = 1}})},
        {FP_OUT_pass_edns_option, "two_cookies", query_with_option(concatenated(cookie(8), cookie(8)))},
        {FP_OUT_pass_edns_option, "cookie_and_nsid", query_with_option(concatenated(cookie(8), edns_option(nsid, {})))},
        {FP_OUT_pass_edns_option, "cookie_longer_than_the_options",
         query_with_option(Octets{0, FP_EDNS_OPTION_COOKIE, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8})},
        {FP_OUT_pass_edns_option, "option_cut_short", query_with_option(Octets{0, FP_EDNS_OPTION_COOKIE, 0})},
        {FP_OUT_pass_edns_option, "cookies_are_passed", query_with_option(cookie(8)), pass_cookies},
        {FP_OUT_pass_edns_option, "server_cookies_are_passed", query_with_option(cookie(24)), pass_cookies},
    };
    for (const uint16_t code : {nsid, client_subnet, expire, keepalive, padding, unassigned}) {
        cases.push_back({FP_OUT_pass_edns_option, "option_" + std::to_string(code),
                         query_with_option(edns_option(code, {0, 1, 2, 3}))});
    }
    for (const size_t length : {0U, 7U, 9U, 15U}) { // RFC 7873 4: 8, or 16 to 40
        cases.push_back(
            {FP_OUT_pass_edns_option, "cookie_of_" + std::to_string(length), query_with_option(cookie(length))});
    }
    cases.push_back({FP_OUT_pass_edns_option, "cookie_of_41", query_with_option(cookie(41))});
    return cases;
}

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

// A slot that no writer makes: the first TTL is said to be behind the end of the body.
void add_broken_answer(FastPath &test) {
    Entry entry = test.entry_for(www);
    entry.front[fp_pad8(entry.head.name_len)] = 0xff;
    entry.front[fp_pad8(entry.head.name_len) + 1] = 0xff;
    test.insert(entry, www);
}

// An answer that is past its life, of a resolver that is down.
void add_expired(FastPath &test, uint8_t bridge) {
    fp_settings settings = default_settings();
    settings.stale = FP_STALE_ON_FAILURE;
    settings.stale_max_age = 86400;
    test.set(settings);
    fp_resolver resolver = {};
    resolver.state = FP_RESOLVER_DOWN;
    set_resolver(resolver);
    show_life(coarse_now_ns());
    test.set_room({}); // and its own clock, by which answers grow old
    Entry entry = test.entry_for(www);
    entry.head.lifetime = 1; // an emulated machine is not up for long
    entry.head.born -= FP_NSEC_PER_SEC;
    entry.head.bridge = bridge;
    test.insert(entry, www);
}

Cases cache_outcomes() {
    const auto add_www = [](FastPath &test) { test.add(www); };
    const auto add_www_without_room = [](FastPath &test) {
        test.set_room({.tail = 8, .head = 8}); // 16 are needed
        test.add(www);
    };
    const auto add_mail = [](FastPath &test) { test.add(mail_servers()); };
    return {
        {FP_OUT_hit, "ipv4", frame(), add_www},
        {FP_OUT_hit, "ipv6", frame(Ipv6{}), add_www},
        {FP_OUT_hit_bridged, "refresh_on_the_way", frame(), [](FastPath &test) { add_expired(test, 3); }},
        {FP_OUT_stale, "resolver_down", frame(), [](FastPath &test) { add_expired(test, 0); }},
        {FP_OUT_miss_local, "empty_cache", frame()},
        {FP_OUT_miss_local, "other_name", query({.name = "ww.example.com."}), add_www},
        {FP_OUT_miss_local, "other_type", query({.qtype = type::aaaa}), add_www},
        {FP_OUT_pass_partial, "mail_servers", query({.name = "example.com.", .qtype = type::mx}), add_mail},
        {FP_OUT_pass_no_room, "neither_end_grows", frame(), add_www_without_room},
        {FP_OUT_drop_internal, "broken_answer", frame(), add_broken_answer},
    };
}

} // namespace

const std::vector<OutcomeCase> &outcome_cases() {
    static const Cases cases = [] {
        Cases all;
        for (Cases &part :
             std::vector<Cases>{not_for_us(), packet_reasons(), acl_outcomes(), rate_outcomes(), header_reasons(),
                                question_reasons(), edns_reasons(), cache_outcomes(), steering_outcome_cases()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return cases;
}

} // namespace fastpath::test
