// SPDX-License-Identifier: GPL-2.0-only
/*
 * fastpath.bpf.c - NIC ingress (XDP). The packet walk, top to bottom: of a query, and of an upstream's answer (lib/home.h).
 * Each step lives in its header in lib/.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>

#include "lib/acl.h"
#include "lib/answer.h"
#include "lib/capture.h"
#include "lib/edns.h"
#include "lib/exit.h"
#include "lib/frame.h"
#include "lib/home.h"
#include "lib/miss.h"
#include "lib/question.h"
#include "lib/rate.h"
#include "lib/reply.h"
#include "lib/sample.h"
#include "lib/scratch.h"
#include "lib/steer.h"
#include "lib/verifier.h"
#include "lib/way.h"
#include "maps.h"

/* A query to port 53 of a listen address? Anything else that comes to port 53 is none of our business, however odd it looks. */
static __always_inline enum fp_outcome check_query_frame(struct fp_scratch *s, const struct fp_frame *frame,
                                                         enum fp_outcome parsed)
{
    const struct ethhdr *eth = frame->data;

    FP_TRY(parsed);
    if ((void *)(eth + 1) > frame->end || eth->h_dest[0] & 1)
        return FP_OUT_pass_l2_group;
    if (frame->len != (__u32)(frame->end - frame->data))
        return FP_OUT_pass_multi_buffer;
    if (s->packet.src_port == 0)
        return FP_OUT_pass_source_port;
    s->packet.frame_len = frame->len;
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

/* Who resolves it: an upstream, or the resolver of this host. */
static __always_inline enum fp_outcome resolve(struct xdp_md *ctx, struct fp_scratch *s)
{
    const __u64 now = bpf_ktime_get_ns();
    enum fp_outcome outcome;

    outcome = fp_choose_way(now, 1);
    if (outcome == FP_OUT_miss_steered) {
        outcome = fp_steer(ctx, now);
        if (outcome == FP_OUT_miss_steered || outcome == FP_OUT_drop_internal)
            return outcome;
    }
    return fp_ask_local(s, outcome);
}

/* Cached, but not for this client: who resolves the name decides what fits. The resolver of this host may not know it at all. */
static __always_inline enum fp_outcome resolve_elsewhere(struct xdp_md *ctx, struct fp_scratch *s,
                                                         enum fp_outcome why_not_here)
{
    const __u64 now = bpf_ktime_get_ns();

    if (fp_choose_way(now, 1) == FP_OUT_miss_steered) {
        const enum fp_outcome outcome = fp_steer(ctx, now);

        if (outcome == FP_OUT_miss_steered || outcome == FP_OUT_drop_internal)
            return outcome;
    }
    return why_not_here;
}

static __always_inline enum fp_outcome walk_query(struct xdp_md *ctx, struct fp_scratch *s, struct fp_counters *count,
                                                  const struct fp_settings *settings, const struct fp_frame *frame,
                                                  enum fp_outcome parsed)
{
    const struct fp_standing *standing = fp_find_standing(s);
    enum fp_outcome outcome;

    if (!standing)
        return FP_OUT_other;
    FP_TRY(check_query_frame(s, frame, parsed));
    if (!standing->is_admitted)
        FP_TRY(turn_away(settings));
    if (settings->client_query_ns && !s->from_upstream && fp_is_over_rate(settings->client_query_ns))
        return FP_OUT_drop_rate_limit;
    FP_TRY(parse_query(ctx, s, settings));
    if (!standing->is_admitted)
        return refuse(ctx, s, settings);
    count_qtype(count, s->question.qtype);

    outcome = fp_answer_from_cache(ctx, s, count, settings);
    if (outcome == FP_OUT_miss_local)
        return resolve(ctx, s);
    if (settings->steers && (outcome == FP_OUT_pass_partial || outcome == FP_OUT_pass_no_room))
        return resolve_elsewhere(ctx, s, outcome);
    return outcome;
}

/* A query to us, an answer to us, an error about a query of ours, or none of our business. */
static __always_inline enum fp_outcome walk_packet(struct xdp_md *ctx, struct fp_scratch *s, struct fp_counters *count)
{
    const struct fp_generations *all = fp_find_generations();
    const struct fp_frame frame = {
        .data = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end, .len = bpf_xdp_get_buff_len(ctx)};
    enum fp_outcome parsed, outcome;

    if (!all)
        return FP_OUT_other;
    s->generation = fp_current_generation(all);
    parsed = fp_parse_frame(&frame, &s->packet);
    if (parsed == FP_OUT_other)
        return all->answer_ports && fp_is_icmp(&s->packet) ? fp_take_error(ctx) : parsed;
    if (s->packet.dst_port == bpf_htons(FP_DNS_PORT)) {
        outcome = walk_query(ctx, s, count, fp_settings_of(all, s->generation), &frame, parsed);
        if (outcome != FP_OUT_other)
            fp_note_query(s, outcome);
        return outcome;
    }
    if (parsed != FP_OUT_pass_tcp && fp_may_be_answer(all, &s->packet))
        return fp_take_home(ctx, parsed);
    return FP_OUT_other;
}

/* Apart from the entry: benchmarks call the whole walk, too. */
static __always_inline int take_packet(struct xdp_md *ctx)
{
    struct fp_scratch *s = fp_find_scratch();
    struct fp_counters *count = fp_find_counters();
    enum fp_outcome outcome;
    enum xdp_action verdict;

    if (!s || !count)
        return XDP_PASS;
    s->question.name_len = 0;
    s->way.chosen = 0;
    s->egress = 0;
    s->captured = fp_begin_capture(ctx);
    outcome = walk_packet(ctx, s, count);
    verdict = fp_exit(count, outcome, s);
    if (s->captured)
        fp_capture_left(ctx, outcome, verdict);
    return verdict;
}

SEC("xdp.frags")
int fastpath(struct xdp_md *ctx)
{
    return take_packet(ctx);
}
