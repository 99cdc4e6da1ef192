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
    signed_zone(dir "/signed.example.zone")
    reverse4_zone(dir "/reverse4.zone")
    reverse6_zone(dir "/reverse6.zone")
    hot_queries(dir "/hot.queries")
}

# --- the parts that every zone has ------------------------------------------------------------------------------------

function zone_head(file, origin, ttl, minimum) {
    printf "$ORIGIN %s\n$TTL %d\n", origin, ttl > file
    printf "@ IN SOA ns.mail.example. hostmaster.mail.example. 1 7200 3600 1209600 %d\n", minimum > file
    printf "@ IN NS ns.mail.example.\n" > file
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

# --- zones ------------------------------------------------------------------------------------------------------------

# Names outside the other zones are NXDOMAIN at once; nothing ever leaves the lab.
function root_zone(file,    i, zones, count) {
    zone_head(file, ".", 86400, 900)
    count = split("mail.example bl.example signed.example 18.198.in-addr.arpa 8.b.d.0.1.0.0.2.ip6.arpa", zones, " ")
    for (i = 1; i <= count; i++) {
        printf "%s. NS ns.mail.example.\n", zones[i] > file
    }
    print "ns.mail.example. A 198.18.100.2" > file
    print "ns.mail.example. AAAA 2001:db8:100::2" > file
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

function special_names(file,    i, label) {
    print "_spf TXT \"v=spf1 ip4:198.18.0.0/15 ip6:2001:db8::/32 -all\"" > file

    for (i = 1; i < 6; i++) {
        printf "chain%d 300 CNAME chain%d\n", i, i + 1 > file
    }
    print "chain6 300 CNAME d0000" > file
    print "alias-nxdomain 300 CNAME nothing-here" > file
    print "tree 300 DNAME wild" > file

    print "*.wild 300 A 198.18.127.1\n*.wild 300 AAAA 2001:db8:1:1::1\n*.wild MX 10 mx-a.d0000" > file
    print "below.empty 300 A 198.18.127.2" > file
    print "only4 300 A 198.18.127.3" > file

    for (i = 0; i < 64; i++) {
        printf "many 300 A 198.18.126.%d\n", i > file
    }
    printf "big TXT" > file
    for (i = 0; i < 7; i++) {
        printf " \"%s\"", base64ish(i, 250) > file
    }
    printf "\n" > file

    for (i = 0; i < 100; i++) {
        printf "short%d 5 A 198.18.125.%d\n", i, i > file
    }
    print "zero 0 A 198.18.127.4" > file
    print "mixed-ttl 300 CNAME mixed-ttl-end\nmixed-ttl-end 20 A 198.18.127.5" > file
    print "MiXeD-CaSe 300 A 198.18.127.6" > file

    print "_imap._tcp SRV 0 1 993 d0000" > file
    print "caa CAA 0 issue \"ca.example\"" > file
    print "naptr NAPTR 10 10 \"u\" \"E2U+email\" \"!^.*$!mailto:info@mail.example!\" ." > file
    print "sshfp SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" > file
    print "web HTTPS 1 . alpn=h2,h3 ipv4hint=198.18.127.7" > file
    print "unknown TYPE65280 \\# 4 0a000001" > file

    print "dot\\.in\\.label 300 A 198.18.127.8\nbyte\\000\\255 300 A 198.18.127.9" > file
    for (i = 0; i < 63; i++) {
        label = label "x"
    }
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

# Signed by scripts/lab.sh. `bogus` is changed after that, so that its signature no longer fits.
function signed_zone(file,    i) {
    zone_head(file, "signed.example.", 3600, 300)
    for (i = 0; i < 20; i++) {
        printf "%s 300 A %s\n%s MX 10 %s\n", host(i), host4(i), host(i), host(i) > file
        printf "%s TXT \"v=spf1 ip4:%s -all\"\n", host(i), host4(i) > file
    }
    print "*.wild 300 A 198.18.127.1" > file
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
