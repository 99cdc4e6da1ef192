// SPDX-License-Identifier: GPL-2.0-only
/*
 * fastpath.bpf.c - NIC ingress (XDP). The packet walk of a query, top to bottom; each step lives in its header in lib/.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>

#include "lib/acl.h"
#include "lib/answer.h"
#include "lib/edns.h"
#include "lib/exit.h"
#include "lib/frame.h"
#include "lib/miss.h"
#include "lib/question.h"
#include "lib/reply.h"
#include "lib/scratch.h"
#include "lib/verifier.h"
#include "maps.h"

/* Is it for port 53 of a listen address? Anything else is none of our business, however odd it looks. */
static __always_inline enum fp_outcome parse_packet(struct xdp_md *ctx, struct fp_scratch *s)
{
    struct fp_packet *packet = &s->packet;
    const struct fp_frame frame = {
        .data = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end, .len = bpf_xdp_get_buff_len(ctx)};
    const struct ethhdr *eth = frame.data;
    const enum fp_outcome outcome = fp_parse_frame(&frame, packet);
    const struct fp_listener *listener;

    if (outcome == FP_OUT_other || packet->dst_port != bpf_htons(FP_DNS_PORT))
        return FP_OUT_other;
    listener = fp_find_listener(&packet->dst);
    if (!listener)
        return FP_OUT_other;
    FP_TRY(outcome);
    if ((void *)(eth + 1) > frame.end || eth->h_dest[0] & 1)
        return FP_OUT_pass_l2_group;
    if (frame.len != (__u32)(frame.end - frame.data))
        return FP_OUT_pass_multi_buffer;
    if (packet->src_port == 0)
        return FP_OUT_pass_source_port;
    packet->frame_len = frame.len;
    s->question.view = listener->view;
    return FP_GO_ON;
}

/* Loads the message and checks that its header is that of a plain query. Sets id, flags, CD, AD. */
static __always_inline enum fp_outcome parse_message(struct xdp_md *ctx, struct fp_scratch *s, __u32 *available)
{
    struct fp_question *q = &s->question;
    const __u32 dns_at = s->packet.l4 + sizeof(struct udphdr);
    __u32 rest = s->packet.udp_len - sizeof(struct udphdr) - FP_DNS_HEADER_LEN;
    const struct fp_dns_header *header = &s->header;

    if (s->packet.udp_len < sizeof(struct udphdr) + FP_DNS_HEADER_LEN + 1 + FP_DNS_QTAIL_LEN || rest > FP_QUESTION_MAX)
        return FP_OUT_pass_size;
    FP_BOUNDED(rest);
    if (bpf_xdp_load_bytes(ctx, dns_at, &s->header, FP_DNS_HEADER_LEN + rest))
        return FP_OUT_pass_size;
    *available = rest;
    q->id = header->id;
    q->flags = bpf_ntohs(header->flags);
    if (q->flags & FP_DNS_QR)
        return FP_OUT_pass_response;
    if (q->flags & FP_DNS_OPCODE)
        return FP_OUT_pass_opcode;
    if (q->flags & (FP_DNS_AA | FP_DNS_TC | FP_DNS_RA | FP_DNS_Z | FP_DNS_RCODE))
        return FP_OUT_pass_header_flags;
    if (!(q->flags & FP_DNS_RD))
        return FP_OUT_pass_no_recursion;
    if (header->qdcount != bpf_htons(1) || header->ancount || header->nscount || (header->arcount & ~bpf_htons(1)))
        return FP_OUT_pass_counts;
    q->has_additional = header->arcount != 0;
    q->query_bits = (q->flags & FP_DNS_CD ? FP_QUERY_CD : 0) | (q->flags & FP_DNS_AD ? FP_QUERY_AD : 0);
    return FP_GO_ON;
}

/* The whole query: header, question, OPT; and the key of its answer. */
static __always_inline enum fp_outcome parse_query(struct xdp_md *ctx, struct fp_scratch *s,
                                                   const struct fp_settings *settings)
{
    __u32 available = 0;

    FP_TRY(parse_message(ctx, s, &available));
    FP_TRY(fp_parse_question(s, available));
    FP_TRY(fp_parse_edns(s, settings, available));
    fp_key_question(s, fp_hash_key()); /* also the sum of the name, which every answer needs */
    return FP_GO_ON;
}

/* What the ACL says about a client that may not ask, before its query is read. */
static __always_inline enum fp_outcome turn_away(const struct fp_settings *settings)
{
    switch (settings->acl_action) {
    case FP_ACL_PASS:
        return FP_OUT_pass_acl;
    case FP_ACL_DROP:
        return FP_OUT_drop_acl;
    default:
        return FP_GO_ON; /* REFUSED needs the question; what has none is left to the resolver's own ACL */
    }
}

static __always_inline enum fp_outcome refuse(struct xdp_md *ctx, struct fp_scratch *s,
                                              const struct fp_settings *settings)
{
    const struct fp_reply reply = {.flags = FP_DNS_RA | FP_RCODE_REFUSED};

    s->given_rcode = FP_RCODE_REFUSED;
    return fp_reply_empty(ctx, s, &reply, settings->payload_size, FP_OUT_refused);
}

static __always_inline void count_qtype(struct fp_counters *count, __u64 qtype)
{
    FP_BOUNDED(qtype);
    if (qtype >= FP_QTYPES_COUNTED) {
        count->qtype_other++;
        return;
    }
    FP_BOUNDED(qtype);
    count->qtype[qtype]++;
}

static __always_inline enum fp_outcome walk_query(struct xdp_md *ctx, struct fp_scratch *s, struct fp_counters *count)
{
    __u32 zero = 0;
    const struct fp_settings *current = bpf_map_lookup_elem(&settings, &zero);
    const struct fp_client *client;
    enum fp_outcome outcome;

    if (!current)
        return FP_OUT_other;
    FP_TRY(parse_packet(ctx, s));
    client = fp_find_client(s);
    if (!client)
        FP_TRY(turn_away(current));
    FP_TRY(parse_query(ctx, s, current));
    if (!client)
        return refuse(ctx, s, current);
    count_qtype(count, s->question.qtype);

    outcome = fp_answer_from_cache(ctx, s, count, current);
    return outcome == FP_OUT_miss_local ? fp_ask_local(s) : outcome;
}

SEC("xdp.frags")
int fastpath(struct xdp_md *ctx)
{
    __u32 zero = 0;
    struct fp_scratch *s = bpf_map_lookup_elem(&scratch, &zero);
    struct fp_counters *count = bpf_map_lookup_elem(&counters, &zero);

    if (!s || !count)
        return XDP_PASS;
    return fp_exit(count, walk_query(ctx, s, count), s->given_rcode);
}
