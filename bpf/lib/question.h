/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * question.h - DNS header, qname, qtype, qclass. Works on the message after its header in scratch->wire, for XDP (queries)
 * and TC (answers) alike.
 */
#ifndef FASTPATH_LIB_QUESTION_H
#define FASTPATH_LIB_QUESTION_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>

#include "lib/scratch.h"
#include "lib/verifier.h"

#define FP_WIRE_MASK (FP_QUESTION_BUFFER - 1)

static __always_inline __u16 fp_wire_u16(const struct fp_scratch *s, __u32 offset)
{
    return (__u16)s->wire.octets[offset & FP_WIRE_MASK] << 8 | s->wire.octets[(offset + 1) & FP_WIRE_MASK];
}

/*
 * Length of the name at the start of scratch->wire, root label included; 0 where it is not a whole, uncompressed name within
 * `available` octets.
 */
static __always_inline __u32 fp_name_length(const struct fp_scratch *s, __u32 available)
{
    __u32 offset = 0;

    for (__u32 label = 0; label <= FP_DNS_LABELS_MAX; label++) {
        __u32 label_len;

        if (offset >= available || offset >= FP_DNS_NAME_MAX)
            return 0;
        label_len = s->wire.octets[offset & FP_WIRE_MASK];
        if (label_len == 0)
            return offset + 1;
        if (label_len > FP_DNS_LABEL_MAX)
            return 0;
        offset += label_len + 1;
    }
    return 0;
}

/* Sets name_len, qtype and returns GO_ON for a well-formed question of class IN about data. */
static __always_inline enum fp_outcome fp_parse_question(struct fp_scratch *s, __u32 available)
{
    struct fp_question *q = &s->question;
    __u32 name_len;

    /* Through memory, so that the verifier goes on once and not once for each number of labels. */
    *(volatile __u8 *)&q->name_len = fp_name_length(s, available);
    name_len = *(volatile __u8 *)&q->name_len;
    if (name_len == 0 || name_len + FP_DNS_QTAIL_LEN > available) {
        q->name_len = 0;
        return FP_OUT_pass_qname;
    }
    q->qtype = fp_wire_u16(s, name_len);
    if (fp_wire_u16(s, name_len + 2) != FP_CLASS_IN)
        return FP_OUT_pass_qclass;
    if (q->qtype == 0 || q->qtype == FP_TYPE_OPT || (q->qtype >= FP_TYPE_META_FIRST && q->qtype <= FP_TYPE_META_LAST))
        return FP_OUT_pass_qtype;
    return FP_GO_ON;
}

/* What one word of the name adds to the key and to the sum of the question. */
static __always_inline void fp_key_word(struct fp_scratch *s, struct fp_key *key, const __u32 *hash_key, __u32 i,
                                        __u64 word, __u64 *sum)
{
    *sum += (word & 0xffffffff) + (word >> 32);
    word = fp_lower8(word);
    s->lower[i] = word;
    fp_hash_add(key, hash_key, 1 + i, word);
}

/* Fills scratch->lower, question.key and question.name_sum. Needs name_len, qtype, query_bits, view. */
static __always_inline void fp_key_question(struct fp_scratch *s, const __u32 *hash_key)
{
    struct fp_question *q = &s->question;
    const __u32 name_len = q->name_len;
    __u32 full_words = name_len / 8;
    struct fp_key key = {};
    __u64 sum = 0;
    __u32 i;

    /* Else clang 19 knows that it is below 32, and drops the bound that kernel 6.1 wants to see. */
    FP_BOUNDED(full_words);
    fp_hash_add(&key, hash_key, 0, fp_hash_head(q->qtype, q->query_bits, name_len, q->view));
#pragma clang loop unroll(disable)
    for (i = 0; i < FP_HASH_NAME_WORDS - 1 && i < full_words; i++)
        fp_key_word(s, &key, hash_key, i, s->wire.words[i], &sum);
    if (name_len % 8 != 0) {
        const __u64 name_octets = bpf_cpu_to_be64(~0ULL << (8 * (8 - name_len % 8)));

        fp_key_word(s, &key, hash_key, i, s->wire.words[i] & name_octets, &sum);
    }
    fp_hash_finish(&key);
    q->key = key;
    q->name_sum = sum;
}

#endif
