/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * dns_wire.h - DNS on the wire: the constants of RFC 1035, 6891 and 7873 that both sides need. No code.
 */
#ifndef DNS_FASTPATH_DNS_WIRE_H
#define DNS_FASTPATH_DNS_WIRE_H

#include <dns_fastpath/abi.h>

#define FP_DNS_PORT 53
#define FP_DNS_HEADER_LEN 12
#define FP_DNS_NAME_MAX 255 /* octets on the wire, the root label included (RFC 1035 2.3.4) */
#define FP_DNS_LABEL_MAX 63 /* a first octet above it is a pointer or an unassigned label type */
#define FP_DNS_LABELS_MAX 127
#define FP_DNS_QTAIL_LEN 4 /* QTYPE and QCLASS */
#define FP_DNS_UDP_MIN 512 /* what a client without OPT takes (RFC 1035 4.2.1) */
#define FP_DNS_OPT_LEN 11  /* an OPT record without options */

/* The message header (RFC 1035 4.1.1); every field is in network byte order. */
struct fp_dns_header {
    __u16 id;
    __u16 flags;
    __u16 qdcount;
    __u16 ancount;
    __u16 nscount;
    __u16 arcount;
};
FP_STATIC_ASSERT(sizeof(struct fp_dns_header) == FP_DNS_HEADER_LEN, "DNS header");

/* The flags word, in host byte order. */
#define FP_DNS_QR 0x8000
#define FP_DNS_OPCODE 0x7800
#define FP_DNS_AA 0x0400
#define FP_DNS_TC 0x0200
#define FP_DNS_RD 0x0100
#define FP_DNS_RA 0x0080
#define FP_DNS_Z 0x0040
#define FP_DNS_AD 0x0020
#define FP_DNS_CD 0x0010
#define FP_DNS_RCODE 0x000f

#define FP_RCODE_NOERROR 0
#define FP_RCODE_SERVFAIL 2
#define FP_RCODE_NXDOMAIN 3
#define FP_RCODE_REFUSED 5

#define FP_CLASS_IN 1
#define FP_TYPE_OPT 41
#define FP_TYPE_META_FIRST 128 /* 128-255: question and meta types (RFC 6895 3.1) */
#define FP_TYPE_META_LAST 255

#define FP_EDNS_DO 0x8000 /* in the low half of the OPT TTL */
#define FP_EDNS_OPTION_COOKIE 10
#define FP_EDNS_COOKIE_CLIENT_LEN 8 /* alone, or followed by 8 to 32 octets of server cookie (RFC 7873 4) */
#define FP_EDNS_COOKIE_MIN 16
#define FP_EDNS_COOKIE_MAX 40
#define FP_EDNS_OPTION_EDE 15 /* RFC 8914 */
#define FP_EDNS_EDE_LEN 6     /* the option with an info code and no text */
#define FP_EDE_STALE 3
#define FP_EDE_STALE_NXDOMAIN 19

#endif
