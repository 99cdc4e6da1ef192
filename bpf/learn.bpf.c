// SPDX-License-Identifier: GPL-2.0-only
/*
 * learn.bpf.c - NIC egress (TC). Sees the answers that this host's resolver sends and hands copies of those worth caching to
 * the daemon. Never delays, changes or drops one: its only verdict is TC_ACT_UNSPEC, "go on as if I were not here".
 *
 * Nothing is learned but the answer to an open query that XDP wrote down: same client, server, port, id and question.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/events.h>

#include "lib/acl.h"
#include "lib/frame.h"
#include "lib/icmp.h"
#include "lib/learned.h"
#include "lib/miss.h"
#include "lib/question.h"
#include "lib/resolver.h"
#include "lib/scratch.h"
#include "lib/upstream.h"
#include "maps.h"

/* A scratch of its own, so that neither program has to know what the other leaves in it. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_scratch);
} answer_scratch SEC(".maps");

/* Did a socket of this host send it (not forwarded), from port 53 of a listen address? */
static __always_inline int is_own_answer(struct __sk_buff *skb, struct fp_packet *packet, __u32 generation,
                                         enum fp_outcome *outcome)
{
    const struct fp_frame frame = {
        .data = (void *)(long)skb->data, .end = (void *)(long)skb->data_end, .len = skb->len};

    if (skb->ingress_ifindex != 0)
        return 0;
    *outcome = fp_parse_frame(&frame, packet);
    return *outcome != FP_OUT_other && *outcome != FP_OUT_pass_tcp && *outcome != FP_OUT_pass_ipv6_extension &&
           packet->src_port == bpf_htons(FP_DNS_PORT) && fp_find_listener(&packet->src, generation);
}

static __always_inline enum fp_learn_outcome load_message(struct __sk_buff *skb, const struct fp_packet *packet,
                                                          struct fp_learning *l)
{
    const __u32 at = packet->l4 + sizeof(struct udphdr);
    __u32 len = packet->udp_len - sizeof(struct udphdr);

    if (packet->udp_len < sizeof(struct udphdr) + FP_DNS_HEADER_LEN + 1 + FP_DNS_QTAIL_LEN || len > FP_LEARN_MAX)
        return FP_LEARN_unparsable;
    if (bpf_skb_load_bytes(skb, at, l->message, len))
        return FP_LEARN_unparsable;
    l->event.len = len;
    return FP_LEARN_GO_ON;
}

/* Counts the answer for the local resolver as a member of its pool. */
static __always_inline void count_response(const struct fp_open_query *open, const struct fp_dns_header *header,
                                           __u64 now)
{
    struct fp_upstream_counters *c = fp_find_upstream_counters(open->upstream);

    if (c)
        fp_count_answer_of(c, bpf_ntohs(header->flags) & FP_DNS_RCODE, now - open->asked_ns);
}

/* Finds the open query and takes one outstanding answer off it. Moves its key, bits, limit and view into the event. */
static __always_inline enum fp_learn_outcome close_query(struct fp_scratch *s, struct fp_learning *l, __u64 now)
{
    const struct fp_dns_header *header = (const void *)l->message;
    const struct fp_packet *packet = &s->packet;
    struct fp_open_query_key *key = &s->open_key;
    struct fp_open_query *open;

    fp_open_key(key, &packet->dst, &packet->src, packet->dst_port, header->id);
    open = bpf_map_lookup_elem(&open_queries, key);
    if (!open || !open->outstanding || now - open->asked_ns > FP_OPEN_QUERY_MAX_AGE_NS)
        return FP_LEARN_unasked;
    open->outstanding--;
    count_response(open, header, now);
    if (open->ambiguous)
        return FP_LEARN_unasked;
    l->event.key = open->key;
    l->event.limit = open->limit;
    l->event.view = open->view;
    l->event.query_bits = open->query_bits;
    return FP_LEARN_GO_ON;
}

/* The key of the question in the answer has to be that of the open query. */
static __always_inline enum fp_learn_outcome check_question(struct fp_scratch *s, const struct fp_learning *l)
{
    struct fp_question *q = &s->question;
    __u32 available = l->event.len - FP_DNS_HEADER_LEN;

    if (available > FP_QUESTION_BUFFER)
        available = FP_QUESTION_BUFFER;
    __builtin_memcpy(s->wire.octets, l->message + FP_DNS_HEADER_LEN, FP_QUESTION_BUFFER);
    if (fp_parse_question(s, available) != FP_GO_ON)
        return FP_LEARN_unparsable;
    q->query_bits = l->event.query_bits;
    q->view = l->event.view;
    fp_key_question(s, fp_hash_key());
    if (q->key.hash[0] != l->event.key.hash[0] || q->key.hash[1] != l->event.key.hash[1])
        return FP_LEARN_unasked;
    return FP_LEARN_GO_ON;
}

static __always_inline enum fp_learn_outcome walk_answer(struct __sk_buff *skb, struct fp_scratch *s,
                                                         struct fp_learning *l, enum fp_outcome parsed, __u64 now)
{
    if (parsed != FP_GO_ON)
        return FP_LEARN_unparsable;
    FP_LEARN_TRY(load_message(skb, &s->packet, l));
    FP_LEARN_TRY(close_query(s, l, now));
    FP_LEARN_TRY(check_question(s, l));
    FP_LEARN_TRY(fp_weigh_answer((const void *)l->message, &s->question.key, l->event.limit, now));
    l->event.seen_ns = now;
    return fp_hand_over(l);
}

static __always_inline int is_resolver_gone(struct __sk_buff *skb, __u32 generation)
{
    const struct fp_frame frame = {
        .data = (void *)(long)skb->data, .end = (void *)(long)skb->data_end, .len = skb->len};
    struct fp_icmp_error error = {};

    return fp_read_icmp_error(skb, 0, &frame, &error) && error.is_port && fp_find_listener(&error.dst, generation);
}

/* Apart from the entry: benchmarks call it, too. */
static __always_inline int see_packet(struct __sk_buff *skb)
{
    __u32 zero = 0;
    struct fp_scratch *s = bpf_map_lookup_elem(&answer_scratch, &zero);
    struct fp_counters *count = bpf_map_lookup_elem(&counters, &zero);
    const struct fp_generations *all = fp_find_generations();
    struct fp_learning *l = fp_find_learning();
    enum fp_outcome parsed = FP_OUT_other;
    enum fp_learn_outcome outcome;
    __u32 generation;
    __u64 now;

    if (!s || !l || !count || !all)
        return TC_ACT_UNSPEC;
    generation = fp_current_generation(all);
    if (!is_own_answer(skb, &s->packet, generation, &parsed)) {
        if (parsed == FP_OUT_other && skb->ingress_ifindex == 0 && fp_is_icmp(&s->packet) &&
            is_resolver_gone(skb, generation))
            fp_note_gone(bpf_ktime_get_ns());
        return TC_ACT_UNSPEC;
    }
    now = bpf_ktime_get_ns();
    fp_note_alive(now);
    outcome = walk_answer(skb, s, l, parsed, now);
    if (outcome < FP_LEARN_COUNT)
        FP_COUNTER_LEARN(count, outcome)++;
    return TC_ACT_UNSPEC;
}

SEC("tc")
int learn(struct __sk_buff *skb)
{
    return see_packet(skb);
}
