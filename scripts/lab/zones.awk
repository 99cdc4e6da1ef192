# SPDX-License-Identifier: Apache-2.0
# Writes the lab's zones and query lists: what a mail sender asks for, and one name for each case that is easy to get wrong.
# Usage: awk -v dir=FOLDER -v hosts=COUNT -f zones.awk. The same COUNT gives the same zones every time.
# README.md of this folder lists the names.

BEGIN {
    if (dir == "" || hosts !~ /^[0-9]+$/ || hosts < 1 || hosts > 32768) {
        print "zones.awk: needs -v dir=FOLDER -v hosts=1..32768" > "/dev/stderr"
        exit 2
    }
    root_zone(dir "/root.zone")
    mail_zone(dir "/mail.example.zone")
    blocklist_zone(dir "/bl.example.zone")
    signed_zone(dir "/signed.example.zone", "signed.example.")
    signed_zone(dir "/nsec3.example.zone", "nsec3.example.")
    reverse4_zone(dir "/reverse4.zone")
    reverse6_zone(dir "/reverse6.zone")
    root_hints(dir "/root.hints")
    hot_queries(dir "/hot.queries")
    mail_queries(dir "/mail.queries")
}

# --- the parts that every zone has ------------------------------------------------------------------------------------

function zone_head(file, origin, ttl, minimum, server) {
    server = server ? server : "ns.mail.example."
    printf "$ORIGIN %s\n$TTL %d\n", origin, ttl > file
    printf "@ IN SOA %s hostmaster.mail.example. 1 7200 3600 1209600 %d\n", server, minimum > file
    printf "@ IN NS %s\n", server > file
}

function host(i) {
    return sprintf("d%04d", i)
}

function host4(i) {
    return sprintf("198.18.%d.%d", 128 + int(i / 256), i % 256)
}

# The address in the order of in-addr.arpa and of blocklists.
function host4_reversed(i) {
    return sprintf("%d.%d", i % 256, 128 + int(i / 256))
}

function host6(i) {
    return sprintf("2001:db8:1::%x", i)
}

# The nibbles of host6() below 8.b.d.0.1.0.0.2.ip6.arpa.
function host6_reversed(i,    hex, n, nibbles) {
    hex = sprintf("%04x", i)
    for (n = 4; n > 0; n--) {
        nibbles = nibbles substr(hex, n, 1) "."
    }
    for (n = 0; n < 16; n++) {
        nibbles = nibbles "0."
    }
    return nibbles "1.0.0.0"
}

# `length_` characters that look like base64 and depend on `seed` alone (a Lehmer generator, so that every awk agrees).
function base64ish(seed, length_,    alphabet, text) {
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    seed = seed * 7919 + 1
    while (length(text) < length_) {
        seed = seed * 16807 % 2147483647
        text = text substr(alphabet, int(seed / 65536) % 64 + 1, 1)
    }
    return text
}

function repeated(text, times,    all) {
    while (times-- > 0) {
        all = all text
    }
    return all
}

# --- zones ------------------------------------------------------------------------------------------------------------

# Names outside the other zones are NXDOMAIN at once; nothing ever leaves the lab.
function root_zone(file,    i, zones, count) {
    zone_head(file, ".", 86400, 900, "ns.root.")
    root_server(file)
    count = split("mail.example bl.example signed.example nsec3.example lame.example 18.198.in-addr.arpa " \
                  "8.b.d.0.1.0.0.2.ip6.arpa", zones, " ")
    for (i = 1; i <= count; i++) {
        printf "%s. NS ns.mail.example.\n", zones[i] > file
    }
    # As in the child: a resolver that has both would give answers with either TTL.
    print "ns.mail.example. 3600 A 198.18.100.2" > file
    print "ns.mail.example. 3600 AAAA 2001:db8:100::2" > file
    print "top 300 A 198.18.127.13" > file
    # 127 labels of one octet and the root: as many as 255 octets can hold, which only a name right below the root reaches.
    printf "%s A 198.18.127.14\n", repeated("l.", 127) > file
}

function root_server(file) {
    print "ns.root. 3600 A 198.18.100.3" > file
    print "ns.root. 3600 AAAA 2001:db8:100::3" > file
}

# For the resolvers that begin at the root.
function root_hints(file) {
    print ". 3600 NS ns.root." > file
    root_server(file)
}

function mail_zone(file,    i) {
    zone_head(file, "mail.example.", 3600, 300)
    print "ns A 198.18.100.2" > file
    print "ns AAAA 2001:db8:100::2" > file
    for (i = 0; i < hosts; i++) {
        mail_domain(file, host(i), i)
    }
    special_names(file)
}

function mail_domain(file, name, i) {
    printf "%s 300 A %s\n%s 300 AAAA %s\n", name, host4(i), name, host6(i) > file
    printf "%s MX 10 mx-a.%s\n%s MX 20 mx-b.%s\n", name, name, name, name > file
    printf "mx-a.%s 300 A %s\nmx-a.%s 300 AAAA %s\nmx-b.%s 300 A %s\n", name, host4(i), name, host6(i), name, host4(i) > file
    printf "%s TXT \"v=spf1 ip4:%s ip6:%s include:_spf.mail.example -all\"\n", name, host4(i), host6(i) > file
    printf "%s TXT \"site-verification=%s\"\n", name, base64ish(i, 43) > file
    printf "_dmarc.%s TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@%s.mail.example\"\n", name, name > file
    printf "s1._domainkey.%s TXT \"v=DKIM1; k=rsa; p=%s\" \"%s\"\n", name, base64ish(i, 237), base64ish(i + hosts, 155) > file
    printf "www.%s 300 CNAME %s\n", name, name > file
}

function special_names(file) {
    print "_spf TXT \"v=spf1 ip4:198.18.0.0/15 ip6:2001:db8::/32 -all\"" > file
    aliases(file)
    print "*.wild 300 A 198.18.127.1\n*.wild 300 AAAA 2001:db8:1:1::1\n*.wild MX 10 mx-a.d0000" > file
    print "below.empty 300 A 198.18.127.2" > file
    print "only4 300 A 198.18.127.3" > file
    large_answers(file)
    ttls(file)
    types(file)
    labels(file)
}

function aliases(file,    i) {
    for (i = 1; i < 6; i++) {
        printf "chain%d 300 CNAME chain%d\n", i, i + 1 > file
    }
    print "chain6 300 CNAME d0000" > file
    # More steps than any resolver takes.
    for (i = 1; i < 20; i++) {
        printf "hop%d 300 CNAME hop%d\n", i, i + 1 > file
    }
    print "hop20 300 CNAME d0000" > file
    print "loop1 300 CNAME loop2\nloop2 300 CNAME loop1" > file
    print "alias-nxdomain 300 CNAME nothing-here\nalias-nodata 300 CNAME only4\nalias-servfail 300 CNAME x.lame.example." > file
    print "to-signed 300 CNAME d0001.signed.example.\nto-bogus 300 CNAME bogus.signed.example." > file
    print "*.wild-alias 300 CNAME d0000\nmixed-alias 300 CNAME mIxEd-cAsE" > file
    print "tree 300 DNAME wild" > file
}

# Many records, and messages of a size near the limits of 512 and 1,232 octets.
function large_answers(file,    i) {
    for (i = 0; i < 64; i++) {
        printf "many 300 A 198.18.126.%d\n", i > file
    }
    for (i = 0; i < 40; i++) {
        printf "many6 300 AAAA 2001:db8:1:2::%x\n", i > file
    }
    for (i = 0; i < 20; i++) {
        printf "many-mx 300 MX 10 mx-a.%s\nmany-txt 300 TXT \"%s\"\n", host(i), base64ish(i, 20 + i) > file
    }
    printf "big TXT" > file
    for (i = 0; i < 7; i++) {
        printf " \"%s\"", base64ish(i, 250) > file
    }
    printf "\n" > file
    for (i = 498; i <= 514; i++) {
        message_of_size(file, i)
    }
    for (i = 1218; i <= 1234; i++) {
        message_of_size(file, i)
    }
}

# A TXT record that makes a response without OPT of `size` octets: header 12, name 23, type and class 4, fixed part of a record
# with a compressed name 12; what is left are strings of at most 255 octets and a length each.
function message_of_size(file, size,    left, part) {
    printf "size%04d 300 TXT", size > file
    for (left = size - 12 - 23 - 4 - 12; left > 0; left -= part + 1) {
        part = left > 256 ? (left == 257 ? 254 : 255) : left - 1
        printf " \"%s\"", base64ish(size, part) > file
    }
    printf "\n" > file
}

function ttls(file,    i) {
    for (i = 0; i < 100; i++) {
        printf "short%d 5 A 198.18.125.%d\n", i, i > file
    }
    print "zero 0 A 198.18.127.4" > file
    print "mixed-ttl 300 CNAME mixed-ttl-end\nmixed-ttl-end 20 A 198.18.127.5" > file
    print "weeks 2147483647 A 198.18.127.15" > file
}

function types(file) {
    print "_imap._tcp SRV 0 1 993 d0000\n_imap._tcp SRV 0 1 993 d0001" > file
    print "caa CAA 0 issue \"ca.example\"" > file
    print "naptr NAPTR 10 10 \"u\" \"E2U+email\" \"!^.*$!mailto:info@mail.example!\" ." > file
    print "sshfp SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" > file
    print "_25._tcp.mx TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" > file
    print "web HTTPS 1 . alpn=h2,h3 ipv4hint=198.18.127.7" > file
    print "web-alias HTTPS 0 web" > file
    print "_dns SVCB 1 d0000 alpn=dot port=853 ipv6hint=2001:db8:1::7\n_dns SVCB 2 d0001 mandatory=alpn alpn=dot" > file
    print "unknown TYPE65280 \\# 4 0a000001" > file
    print "no-text TXT \"\"\nbytes TXT \"\\000\\255\\\"\"" > file
    print "host HINFO \"a\" \"b\"\nplace LOC 52 22 23 N 4 53 32 E -2m" > file
}

# Octets that text handling gets wrong, and pairs that only differ in the bit that folds case in letters.
function labels(file,    label) {
    print "MiXeD-CaSe 300 A 198.18.127.6" > file
    print "dot\\.in\\.label 300 A 198.18.127.8\nbyte\\000\\255 300 A 198.18.127.9" > file
    print "fold\\064 300 A 198.18.124.1\nfold\\096 300 A 198.18.124.2" > file
    print "fold\\091 300 A 198.18.124.3\nfold\\123 300 A 198.18.124.4" > file
    print "fold\\193 300 A 198.18.124.5\nfold\\225 300 A 198.18.124.6" > file
    print "\\000\\001\\002\\032\\127\\128 300 A 198.18.124.7" > file
    label = repeated("x", 63)
    # 3 x 64 + 49 + 14 octets for mail.example: the longest name that there can be, 255.
    printf "%s.%s.%s.%s 300 A 198.18.127.10\n", substr(label, 1, 48), label, label, label > file
}

# Every tenth host is listed; the rest is NXDOMAIN.
function blocklist_zone(file,    i) {
    zone_head(file, "bl.example.", 900, 900)
    for (i = 0; i < hosts; i += 10) {
        printf "%s.18.198 A 127.0.0.2\n", host4_reversed(i) > file
        printf "%s.18.198 TXT \"listed: %s sends what nobody asked for\"\n", host4_reversed(i), host4(i) > file
    }
    print "2.0.0.127 A 127.0.0.2" > file
}

# Signed by scripts/lab.sh, one with NSEC and one with NSEC3. `bogus` of signed.example is changed after that, so that its
# signature no longer fits.
function signed_zone(file, origin,    i) {
    zone_head(file, origin, 3600, 300)
    for (i = 0; i < 20; i++) {
        printf "%s 300 A %s\n%s MX 10 %s\n", host(i), host4(i), host(i), host(i) > file
        printf "%s TXT \"v=spf1 ip4:%s -all\"\n", host(i), host4(i) > file
    }
    for (i = 0; i < 64; i++) {
        printf "many 300 A 198.18.126.%d\n", i > file
    }
    print "*.wild 300 A 198.18.127.1" > file
    print "below.empty 300 A 198.18.127.2" > file
    print "alias 300 CNAME d0000\nalias-nxdomain 300 CNAME nothing-here\n*.wild-alias 300 CNAME d0000" > file
    print "to-mail 300 CNAME d0001.mail.example.\ntree 300 DNAME wild" > file
    print "web HTTPS 1 . alpn=h2,h3 ipv4hint=198.18.127.7" > file
    print "bogus 300 A 198.18.127.11" > file
}

function reverse4_zone(file,    i) {
    zone_head(file, "18.198.in-addr.arpa.", 3600, 900)
    for (i = 0; i < hosts; i++) {
        printf "%s PTR %s.mail.example.\n", host4_reversed(i), host(i) > file
    }
}

function reverse6_zone(file,    i) {
    zone_head(file, "8.b.d.0.1.0.0.2.ip6.arpa.", 3600, 900)
    for (i = 0; i < hosts; i++) {
        printf "%s PTR %s.mail.example.\n", host6_reversed(i), host(i) > file
    }
}

# --- queries, as dnsperf reads them -----------------------------------------------------------------------------------

# One question for each of (at most) 1,000 hosts, in the mixture that mail makes: 30 % MX, 20 % A, 20 % TXT, 10 % each of
# AAAA, PTR and blocklist. All answers live for 300 seconds or more.
function hot_queries(file,    i, name) {
    for (i = 0; i < hosts && i < 1000; i++) {
        name = host(i) ".mail.example"
        if (i % 10 < 3) {
            print name, "MX" > file
        } else if (i % 10 < 5) {
            print "mx-a." name, "A" > file
        } else if (i % 10 < 6) {
            print name, "TXT" > file
        } else if (i % 10 < 7) {
            print "s1._domainkey." name, "TXT" > file
        } else if (i % 10 < 8) {
            print "mx-a." name, "AAAA" > file
        } else if (i % 10 < 9) {
            print host4_reversed(i) ".18.198.in-addr.arpa", "PTR" > file
        } else {
            print host4_reversed(i) ".18.198.bl.example", "A" > file
        }
    }
}

# For scripts/bench.sh: eight questions about each host. None for DKIM keys: a veth leaves 216 octets before and some 40 behind a
# query that came by AF_XDP, and their answers are longer than the query by more.
function mail_queries(file,    i, name) {
    for (i = 0; i < hosts; i++) {
        name = host(i) ".mail.example"
        print name " MX\n" name " TXT\n_dmarc." name " TXT" > file
        print "mx-a." name " A\nmx-a." name " AAAA\nmx-b." name " A" > file
        print host4_reversed(i) ".18.198.in-addr.arpa PTR\n" host4_reversed(i) ".18.198.bl.example A" > file
    }
}
