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
#include "lib/cache.h"
#include "lib/frame.h"
#include "lib/icmp.h"
#include "lib/miss.h"
#include "lib/question.h"
#include "lib/resolver.h"
#include "lib/scratch.h"
#include "lib/stale.h"
#include "maps.h"

/* What the walk of an answer needs beside the common scratch: the record as it goes into the ring buffer. */
struct learn_scratch {
    struct fp_scratch common;
    struct fp_learned event;
    __u8 message[FP_LEARN_MAX];
};
FP_STATIC_ASSERT(__builtin_offsetof(struct learn_scratch, message) ==
                     __builtin_offsetof(struct learn_scratch, event) + sizeof(struct fp_learned),
                 "the message follows its head");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct learn_scratch);
} learn_scratch SEC(".maps");

#define LEARN_TRY(expression)                          \
    do {                                               \
        enum fp_learn_outcome outcome_ = (expression); \
        if (outcome_ != FP_LEARN_GO_ON)                \
            return outcome_;                           \
    } while (0)

/* Did a socket of this host send it (not forwarded), from port 53 of a listen address? */
static __always_inline int is_own_answer(struct __sk_buff *skb, struct fp_packet *packet, enum fp_outcome *outcome)
{
    const struct fp_frame frame = {
        .data = (void *)(long)skb->data, .end = (void *)(long)skb->data_end, .len = skb->len};

    if (skb->ingress_ifindex != 0)
        return 0;
    *outcome = fp_parse_frame(&frame, packet);
    return *outcome != FP_OUT_other && *outcome != FP_OUT_pass_tcp && *outcome != FP_OUT_pass_ipv6_extension &&
           packet->src_port == bpf_htons(FP_DNS_PORT) && fp_find_listener(&packet->src);
}

static __always_inline enum fp_learn_outcome load_message(struct __sk_buff *skb, struct learn_scratch *l)
{
    const __u32 at = l->common.packet.l4 + sizeof(struct udphdr);
    __u32 len = l->common.packet.udp_len - sizeof(struct udphdr);

    if (l->common.packet.udp_len < sizeof(struct udphdr) + FP_DNS_HEADER_LEN + 1 + FP_DNS_QTAIL_LEN ||
        len > FP_LEARN_MAX)
        return FP_LEARN_unparsable;
    if (bpf_skb_load_bytes(skb, at, l->message, len))
        return FP_LEARN_unparsable;
    l->event.len = len;
    return FP_LEARN_GO_ON;
}

/* Finds the open query and takes one outstanding answer off it. Moves its key, bits, limit and view into the event. */
static __always_inline enum fp_learn_outcome close_query(struct learn_scratch *l, __u64 now)
{
    const struct fp_dns_header *header = (const void *)l->message;
    const struct fp_packet *packet = &l->common.packet;
    struct fp_open_query_key *key = &l->common.open_key;
    struct fp_open_query *open;

    fp_open_key(key, &packet->dst, &packet->src, packet->dst_port, header->id);
    open = bpf_map_lookup_elem(&open_queries, key);
    if (!open || !open->outstanding || now - open->asked_ns > FP_OPEN_QUERY_MAX_AGE_NS)
        return FP_LEARN_unasked;
    open->outstanding--;
    if (open->ambiguous)
        return FP_LEARN_unasked;
    l->event.key = open->key;
    l->event.limit = open->limit;
    l->event.view = open->view;
    l->event.query_bits = open->query_bits;
    return FP_LEARN_GO_ON;
}

/* The key of the question in the answer has to be that of the open query. */
static __always_inline enum fp_learn_outcome check_question(struct learn_scratch *l)
{
    struct fp_scratch *s = &l->common;
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

/* The cheap half of the policy; the daemon judges the rest. */
static __always_inline enum fp_learn_outcome check_header(const struct learn_scratch *l)
{
    const struct fp_dns_header *header = (const void *)l->message;
    const __u16 flags = bpf_ntohs(header->flags);
    const __u16 rcode = flags & FP_DNS_RCODE;

    if (!(flags & FP_DNS_QR) || flags & FP_DNS_OPCODE)
        return FP_LEARN_unparsable;
    if (flags & FP_DNS_TC || (rcode != FP_RCODE_NOERROR && rcode != FP_RCODE_NXDOMAIN && rcode != FP_RCODE_SERVFAIL))
        return FP_LEARN_uncacheable;
    return FP_LEARN_GO_ON;
}

/* The answer that the cache holds for this question, fresh or not. */
static __always_inline struct fp_answer *find_cached(const struct learn_scratch *l)
{
    const struct fp_key *key = &l->common.question.key;
    const __u64 way = fp_find_way(key);
    struct fp_answer *answer = 0;

    if (!way)
        return 0;
    switch (fp_way_class(way)) {
#define FP_X(name, front_room, body_room, slots)                       \
    case FP_ANSWER_##name: {                                           \
        struct fp_answer_##name *a = fp_slot_##name(fp_way_slot(way)); \
                                                                       \
        answer = a ? &a->head : 0;                                     \
        break;                                                         \
    }
        FP_ANSWER_CLASSES(FP_X)
#undef FP_X
    }
    return answer && answer->key.hash[0] == key->hash[0] && answer->key.hash[1] == key->hash[1] ? answer : 0;
}

static __always_inline int is_failure(const struct learn_scratch *l)
{
    const struct fp_dns_header *header = (const void *)l->message;

    return (bpf_ntohs(header->flags) & FP_DNS_RCODE) == FP_RCODE_SERVFAIL;
}

/* Is what is cached as good for every client as this answer would be? */
static __always_inline int is_as_good(const struct fp_answer *answer, const struct learn_scratch *l, __u32 age)
{
    return fp_is_fresh(answer, age) && fp_is_complete_for(answer, l->event.limit);
}

static __always_inline enum fp_learn_outcome hand_over(struct learn_scratch *l)
{
    const __u32 len = l->event.len;

    if (len > FP_LEARN_MAX)
        return FP_LEARN_unparsable;
    return bpf_ringbuf_output(&learned, &l->event, sizeof(l->event) + len, 0) ? FP_LEARN_lost : FP_LEARN_sent;
}

static __always_inline enum fp_learn_outcome walk_answer(struct __sk_buff *skb, struct learn_scratch *l,
                                                         enum fp_outcome parsed, __u64 now)
{
    struct fp_answer *cached;
    __u32 age = 0;

    if (parsed != FP_GO_ON)
        return FP_LEARN_unparsable;
    LEARN_TRY(load_message(skb, l));
    LEARN_TRY(close_query(l, now));
    LEARN_TRY(check_question(l));
    cached = find_cached(l);
    if (cached) {
        age = fp_answer_age(cached, now);
        fp_settle_debt(cached, age, is_failure(l));
    }
    LEARN_TRY(check_header(l));
    if (cached && is_as_good(cached, l, age))
        return FP_LEARN_fresh;
    l->event.seen_ns = now;
    return hand_over(l);
}

SEC("tc")
int learn(struct __sk_buff *skb)
{
    __u32 zero = 0;
    struct learn_scratch *l = bpf_map_lookup_elem(&learn_scratch, &zero);
    struct fp_counters *count = bpf_map_lookup_elem(&counters, &zero);
    enum fp_outcome parsed = FP_OUT_other;
    enum fp_learn_outcome outcome;
    __u64 now;

    if (!l || !count)
        return TC_ACT_UNSPEC;
    if (!is_own_answer(skb, &l->common.packet, &parsed)) {
        if (parsed == FP_OUT_other && skb->ingress_ifindex == 0 && fp_is_port_unreachable(skb))
            fp_note_gone(bpf_ktime_get_ns());
        return TC_ACT_UNSPEC;
    }
    now = bpf_ktime_get_ns();
    fp_note_alive(now);
    outcome = walk_answer(skb, l, parsed, now);
    if (outcome < FP_LEARN_COUNT)
        FP_COUNTER_LEARN(count, outcome)++;
    return TC_ACT_UNSPEC;
}
