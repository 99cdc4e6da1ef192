/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * counters.h - the one table of what can happen to a packet.
 *
 * A row yields the enum value that the programs return, the named field of the per-CPU struct, the label of the metric, the
 * line of `dns-fastpathctl stats`, the help text and the name the tests use. Nothing else lists them.
 *
 * Every packet ends in exactly one outcome, so the sum over all outcomes is the number of packets seen.
 */
#ifndef DNS_FASTPATH_COUNTERS_H
#define DNS_FASTPATH_COUNTERS_H

#include <dns_fastpath/abi.h>

/* The value of the label `result` of queries_total. The first three are no queries to a listen address and not exported there. */
#define FP_RESULTS(X)                                          \
    X(other, "not a DNS query to a listen address")            \
    X(answer, "an upstream's answer, taken to its client")     \
    X(answer_dropped, "an upstream's packet, dropped")         \
    X(hit, "answered from the cache")                          \
    X(stale, "answered from the cache after its TTL ended")    \
    X(miss, "sent on to be resolved")                          \
    X(pass, "not eligible, left to the resolver of this host") \
    X(refused, "answered REFUSED by the ACL")                  \
    X(dropped, "dropped")

enum fp_result {
#define FP_X(name, help) FP_RESULT_##name,
    FP_RESULTS(FP_X)
#undef FP_X
        FP_RESULT_COUNT
};
#define FP_RESULT_FIRST_QUERY FP_RESULT_hit /* this and what follows are results of queries */

/* Outcome, result, reason ("" where the result says it all), help. Keep the rows of one result together. */
#define FP_OUTCOMES(X)                                                                                    \
    X(other, other, "", "not a DNS query to a listen address")                                            \
    X(hit, hit, "", "answered from the cache")                                                            \
    X(hit_bridged, hit, "", "answered with TTL 0 while its refresh was on the way")                       \
    X(stale, stale, "", "answered from the cache after its TTL ended (RFC 8767)")                         \
    X(miss_local, miss, "local", "passed to the resolver of this host, which is the upstream chosen")     \
    X(miss_steered, miss, "steered", "sent to an upstream")                                               \
    X(miss_from_upstream, miss, "from_upstream", "passed: an upstream asked it, so it is not sent on")    \
    X(miss_no_upstream, miss, "no_upstream", "passed: no upstream of the pool can take it")               \
    X(miss_no_daemon, miss, "no_daemon", "passed: the daemon is dead for too long to trust its word")     \
    X(miss_no_route, miss, "no_route", "passed: no way to the upstream over an attached interface")       \
    X(miss_no_neighbour, miss, "no_neighbour", "passed: the MAC address on the way is not known")         \
    X(miss_no_source, miss, "no_source", "passed: no address of ours to ask from")                        \
    X(miss_no_flow, miss, "no_flow", "passed: no free port and id, or no memory for the flow")            \
    X(miss_hop_limit, miss, "hop_limit", "passed: its IP TTL is used up")                                 \
    X(refused, refused, "", "answered REFUSED: the client is not in acl.allow")                           \
    X(drop_acl, dropped, "acl", "the client is not in acl.allow and the action is drop")                  \
    X(drop_rate_limit, dropped, "rate_limit", "the client asks more than rate_limit.per_client_qps")      \
    X(drop_internal, dropped, "internal", "a packet operation failed half way; should never happen")      \
    X(answered, answer, "", "an upstream's answer was taken to its client")                               \
    X(drop_unasked, answer_dropped, "unasked", "nobody waits for it: late, a second one, or forged")      \
    X(drop_question, answer_dropped, "question", "it answers another question than was asked")            \
    X(drop_answer, answer_dropped, "answer_malformed", "no whole and well-formed answer, or a fragment")  \
    X(drop_icmp, answer_dropped, "icmp", "an ICMP error about a steered query")                           \
    X(pass_acl, pass, "acl", "the client is not in acl.allow and the action is pass")                     \
    X(pass_tcp, pass, "tcp", "a TCP connection was opened")                                               \
    X(pass_l2_group, pass, "l2_group", "the frame was sent to an Ethernet group address")                 \
    X(pass_multi_buffer, pass, "multi_buffer", "the packet lies in several buffers")                      \
    X(pass_fragment, pass, "fragment", "first fragment of an IP datagram")                                \
    X(pass_ip_options, pass, "ip_options", "the IPv4 header has options")                                 \
    X(pass_ipv6_extension, pass, "ipv6_extension", "an IPv6 extension header comes before UDP")           \
    X(pass_ip_length, pass, "ip_length", "the IP length does not fit the packet")                         \
    X(pass_ip_checksum, pass, "ip_checksum", "the IPv4 header checksum is wrong")                         \
    X(pass_udp_length, pass, "udp_length", "the UDP length does not fit the IP length")                   \
    X(pass_source_port, pass, "source_port", "the UDP source port is 0")                                  \
    X(pass_size, pass, "size", "too short for a query, or longer than any query that is answered here")   \
    X(pass_response, pass, "response", "QR=1")                                                            \
    X(pass_opcode, pass, "opcode", "the opcode is not QUERY")                                             \
    X(pass_header_flags, pass, "header_flags", "AA, TC, RA, Z or an RCODE is set in the query")           \
    X(pass_no_recursion, pass, "no_recursion", "RD=0")                                                    \
    X(pass_counts, pass, "counts", "not one question and at most one additional record")                  \
    X(pass_qname, pass, "qname", "the name is malformed, compressed, or goes beyond the packet")          \
    X(pass_qtype, pass, "qtype", "ANY, a transfer, or another question or meta type")                     \
    X(pass_qclass, pass, "qclass", "the class is not IN")                                                 \
    X(pass_additional, pass, "additional", "the additional record is not a well-formed OPT")              \
    X(pass_trailing, pass, "trailing", "octets after the end of the message")                             \
    X(pass_edns_version, pass, "edns_version", "EDNS version above 0, or an extended RCODE in the query") \
    X(pass_edns_option, pass, "edns_option", "an EDNS option that the resolver has to answer")            \
    X(pass_partial, pass, "partial", "the resolver decides which records fit this client")                \
    X(pass_no_room, pass, "no_room", "the packet buffer could not grow to the size of the answer")

enum fp_outcome {
#define FP_X(name, result, reason, help) FP_OUT_##name,
    FP_OUTCOMES(FP_X)
#undef FP_X
        FP_OUT_COUNT,
    FP_GO_ON = 255 /* what a parser returns when the walk continues; never counted */
};

/* What was done to learn from an answer: of this host's resolver (sent from a listen address, port 53), or of an upstream. */
#define FP_LEARN_OUTCOMES(X)                                                                                           \
    X(sent, "handed to the daemon")                                                                                    \
    X(lost, "the ring buffer was full")                                                                                \
    X(unasked, "no open query matches: not eligible, too late, a second answer, or not to be told apart from another") \
    X(asked_twice, "the same question was open already: only the answer to the first is learned (RFC 5452 6)")         \
    X(fresh, "the cache holds a fresh answer already")                                                                 \
    X(uncacheable, "truncated, or an RCODE that is never cached")                                                      \
    X(unparsable, "not one well-formed question, or too large")

enum fp_learn_outcome {
#define FP_X(name, help) FP_LEARN_##name,
    FP_LEARN_OUTCOMES(FP_X)
#undef FP_X
        FP_LEARN_COUNT,
    FP_LEARN_GO_ON = 255
};

#define FP_QTYPES_COUNTED 258 /* 0-256 by number, CAA included with 257; the rest in qtype_other */

/* Map `counters`: one element per CPU. */
struct fp_counters {
#define FP_X(name, result, reason, help) __u64 name;
    FP_OUTCOMES(FP_X)
#undef FP_X
#define FP_X(name, help) __u64 learn_##name;
    FP_LEARN_OUTCOMES(FP_X)
#undef FP_X
    __u64 truncated;    /* answers given with TC=1 */
    __u64 refresh_lost; /* wishes for a refresh for which the ring buffer had no room */
    __u64 rcode[16];    /* of answers given here, by RCODE */
    __u64 qtype_other;
    __u64 qtype[FP_QTYPES_COUNTED]; /* of well-formed questions */
};

/* The same memory, by enum value. */
#define FP_COUNTER_OUTCOME(counters, outcome) (((__u64 *)(counters))[outcome])
#define FP_COUNTER_LEARN(counters, outcome) (((__u64 *)(counters))[FP_OUT_COUNT + (outcome)])

/* Why the daemon does not cache a response: the label `reason` of cache_fill_rejects_total. */
#define FP_FILL_REJECTS(X)                                                                    \
    X(malformed, "the message reader refused it")                                             \
    X(not_response, "QR=0")                                                                   \
    X(opcode, "the opcode is not QUERY")                                                      \
    X(truncated, "TC=1")                                                                      \
    X(no_recursion, "RD=0")                                                                   \
    X(not_recursive, "RA=0: not the answer of a resolver")                                    \
    X(header_z, "the reserved header bit is set")                                             \
    X(rcode, "an RCODE other than NOERROR, NXDOMAIN and SERVFAIL")                            \
    X(qtype, "a question for a meta type")                                                    \
    X(class_not_in, "a question or record of a class other than IN")                          \
    X(meta_record, "a record of a meta type, such as TSIG")                                   \
    X(edns_version, "EDNS version above 0")                                                   \
    X(ecs, "an EDNS client subnet option")                                                    \
    X(cookie, "an EDNS cookie option")                                                        \
    X(edns_option, "another EDNS option")                                                     \
    X(cd_mismatch, "CD is not that of the query")                                             \
    X(do_mismatch, "DO is not that of the query")                                             \
    X(opt_mismatch, "an OPT record although the query had none, or none although it had one") \
    X(ad_unasked, "AD=1 although the query had neither DO nor AD")                            \
    X(dnssec_unasked, "RRSIG, NSEC or NSEC3 although the query had no DO")                    \
    X(too_large, "larger than the payload size or than the largest slot")                     \
    X(ttl_zero, "a TTL of 0, or a lifetime of 0")                                             \
    X(unrelated, "records in the answer that do not answer the question")                     \
    X(no_soa, "a negative answer without SOA")                                                \
    X(referral, "a referral")                                                                 \
    X(failure, "SERVFAIL while cache.failure_ttl is 0")                                       \
    X(better_cached, "SERVFAIL while a good answer is there, fresh or stale")                 \
    X(no_memory, "no memory for another chunk of slots")

enum fp_fill_reject {
#define FP_X(name, help) FP_REJECT_##name,
    FP_FILL_REJECTS(FP_X)
#undef FP_X
        FP_FILL_REJECT_COUNT
};

/* What became of the daemon's own queries that refresh answers. */
#define FP_REFRESH_RESULTS(X)                                                                  \
    X(renewed, "the new answer is in the cache")                                               \
    X(not_longer, "the resolver gave its own copy, with no longer life: asked again later")    \
    X(superseded, "the resolver's answer is not to be cached: the old one ends with its life") \
    X(failed, "no answer, or SERVFAIL: the old answer stays")                                  \
    X(dropped, "too many were waiting, or the answer was gone from the cache")

enum fp_refresh_result {
#define FP_X(name, help) FP_REFRESH_##name,
    FP_REFRESH_RESULTS(FP_X)
#undef FP_X
        FP_REFRESH_RESULT_COUNT
};

/* Map `cache_counters`, one element: what the daemon did with what it learned. Goes on over its restarts. */
struct fp_cache_counters {
    __u64 fills;
    __u64 evictions;   /* usable answers that had to go */
    __u64 expirations; /* answers swept after their lifetime, and the time in which they may be stale */
    __u64 prefetches;  /* queries sent to the resolver to refresh an answer */
#define FP_X(name, help) __u64 refresh_##name;
    FP_REFRESH_RESULTS(FP_X)
#undef FP_X
#define FP_X(name, help) __u64 reject_##name;
    FP_FILL_REJECTS(FP_X)
#undef FP_X
};

#define FP_COUNTER_REFRESH(counters, result) (((__u64 *)(counters))[4 + (result)])
#define FP_COUNTER_REJECT(counters, reason) (((__u64 *)(counters))[4 + FP_REFRESH_RESULT_COUNT + (reason)])

#endif
