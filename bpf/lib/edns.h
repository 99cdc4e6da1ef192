/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * edns.h - the one additional record that a query may have: an OPT (RFC 6891), empty or with a COOKIE that is ignored.
 */
#ifndef FASTPATH_LIB_EDNS_H
#define FASTPATH_LIB_EDNS_H

#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>

#include "lib/question.h"
#include "lib/scratch.h"

/* Exactly one COOKIE option, of a length that RFC 7873 4 knows, in `len` octets of options. */
static __always_inline int fp_is_cookie(const struct fp_scratch *s, __u32 offset, __u32 len)
{
    const __u32 cookie_len = len - 4;

    return len > 4 && fp_wire_u16(s, offset) == FP_EDNS_OPTION_COOKIE && fp_wire_u16(s, offset + 2) == cookie_len &&
           (cookie_len == FP_EDNS_COOKIE_CLIENT_LEN ||
            (cookie_len >= FP_EDNS_COOKIE_MIN && cookie_len <= FP_EDNS_COOKIE_MAX));
}

/* Sets has_opt, query_bits and limit from what follows the question, up to `available` octets. */
static __always_inline enum fp_outcome fp_parse_edns(struct fp_scratch *s, const struct fp_settings *settings,
                                                     __u32 available)
{
    struct fp_question *q = &s->question;
    const __u32 opt = q->name_len + FP_DNS_QTAIL_LEN;
    __u32 options_len, size;

    q->has_opt = 0;
    q->limit = FP_DNS_UDP_MIN;
    if (!q->has_additional)
        return opt == available ? FP_GO_ON : FP_OUT_pass_trailing;

    if (opt + FP_DNS_OPT_LEN > available || s->wire.octets[opt & FP_WIRE_MASK] != 0 ||
        fp_wire_u16(s, opt + 1) != FP_TYPE_OPT)
        return FP_OUT_pass_additional;
    options_len = fp_wire_u16(s, opt + 9);
    if (opt + FP_DNS_OPT_LEN + options_len > available)
        return FP_OUT_pass_additional;
    if (opt + FP_DNS_OPT_LEN + options_len < available)
        return FP_OUT_pass_trailing;
    if (fp_wire_u16(s, opt + 5) != 0) /* extended RCODE and version */
        return FP_OUT_pass_edns_version;
    if (options_len != 0 && !(settings->ignore_cookies && fp_is_cookie(s, opt + FP_DNS_OPT_LEN, options_len)))
        return FP_OUT_pass_edns_option;

    q->has_opt = 1;
    if (fp_wire_u16(s, opt + 7) & FP_EDNS_DO)
        q->query_bits |= FP_QUERY_DO;
    size = fp_wire_u16(s, opt + 3);
    if (size > settings->payload_size)
        size = settings->payload_size;
    if (size > FP_DNS_UDP_MIN) /* below 512 counts as 512 (RFC 6891 6.2.3) */
        q->limit = size;
    return FP_GO_ON;
}

#endif
