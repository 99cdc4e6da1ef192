# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The ways from the client by fp1 to az1a that scripts/bench-steering.sh compares: begin_WAY and end_WAY for each of them.
# Sourced there, with the lab and `build_dir`.

host=fp1
upstream=az1a

# --- the floor ----------------------------------------------------------------------------------------------------------

begin_rewrite() {
    bench_compile rewrite "-DCLIENT=$(number_of client)" "-DHOST=$(number_of "$host")" "-DUPSTREAM=$(number_of "$upstream")" \
        "-DCLIENT_MAC=$(mac_of client)" "-DUPSTREAM_MAC=$(mac_of "$upstream")"
    attach "$host" rewrite
}

end_rewrite() {
    lab_run "$host" ip link set dev eth0 xdp off
}

# --- nftables -----------------------------------------------------------------------------------------------------------

# Entries live for a second: the generator takes its ports by turns and comes back to each after 1.3 seconds, so each query is a
# new connection.
begin_nftables() {
    lab_run "$host" nft -f - <<RULES
table ip bench {
    chain prerouting {
        type nat hook prerouting priority dstnat
        ip daddr ${lab_address4[$host]} udp dport 53 dnat to ${lab_address4[$upstream]}
    }
    chain postrouting {
        type nat hook postrouting priority srcnat
        ip daddr ${lab_address4[$upstream]} snat to ${lab_address4[$host]}
    }
}
RULES
    set_sysctl ipv4/ip_forward 1
    set_sysctl netfilter/nf_conntrack_udp_timeout 1
    set_sysctl netfilter/nf_conntrack_udp_timeout_stream 1
}

end_nftables() {
    set_sysctl ipv4/ip_forward 0
    lab_run "$host" nft delete table ip bench
}

# set_sysctl NAME VALUE: below /proc/sys/net.
# shellcheck disable=SC2016 # expanded by the inner shell
set_sysctl() {
    lab_run "$host" sh -c 'echo "$2" >"/proc/sys/net/$1"' sh "$1" "$2"
}

# --- ours and dnsdist ---------------------------------------------------------------------------------------------------

begin_dns_fastpathd() {
    cat >"$lab_state/bench.yaml" <<YAML
interfaces: [eth0]
state: {snapshot: ""}
acl: {allow: [198.18.0.0/15]}
pools: {default: {upstreams: [{address: ${lab_address4[$upstream]}}]}}
YAML
    lab_spawn dns-fastpathd "$host" "$build_dir/bin/dns-fastpathd" --config "$lab_state/bench.yaml"
    wait_until 20 upstream_is_up || die "dns-fastpathd does not steer: $(lab_log dns-fastpathd)"
}

upstream_is_up() {
    lab_run "$host" "$build_dir/bin/dns-fastpathctl" stats 2>/dev/null | grep -q '^dns_fastpath_upstream_up{.*} 1$'
}

end_dns_fastpathd() {
    lab_end dns-fastpathd
}

begin_dnsdist() {
    sed -e "s|@HOST@|${lab_address4[$host]}|" -e "s|@UPSTREAM@|${lab_address4[$upstream]}|" \
        "$repo_root/scripts/bench/dnsdist.conf.in" >"$lab_state/dnsdist.conf"
    lab_spawn dnsdist "$host" "${lab_unconfined[@]}" dnsdist --supervised --disable-syslog -C "$lab_state/dnsdist.conf"
    wait_until 20 lab_hears client "${lab_address4[$host]}" || die "dnsdist does not forward: $(lab_log dnsdist)"
}

end_dnsdist() {
    lab_end dnsdist
}

# lab_hears MACHINE SERVER: any response will do; those of the responder have no records.
lab_hears() {
    lab_run "$1" dig +noall +comments +noedns +ignore +time=1 +tries=1 "@$2" who.example A | grep -q '^;; flags: qr'
}

# --- XDP programs of the bench ------------------------------------------------------------------------------------------

# begin_upstream FLAGS: az1a answers all queries itself, with these flags.
begin_upstream() {
    bench_compile responder "-DANSWER_FLAGS=$1"
    attach "$upstream" responder
    wait_until 10 lab_hears client "${lab_address4[$upstream]}" || die "the responder does not respond"
}

end_upstream() {
    lab_run "$upstream" ip link set dev eth0 xdp off
}

bench_compile() {
    clang -target bpf -O2 -Wall -I"/usr/include/$(gcc -print-multiarch)" "${@:2}" -c "$repo_root/tests/bench/$1.bpf.c" \
        -o "$lab_state/$1.o"
}

attach() {
    lab_run "$1" ip link set dev eth0 xdpdrv object "$lab_state/$2.o" section xdp
}

# An address as a number in host byte order, a MAC address as an initialiser.
number_of() {
    local octets
    IFS=. read -ra octets <<<"${lab_address4[$1]}"
    printf '%uu' $((octets[0] << 24 | octets[1] << 16 | octets[2] << 8 | octets[3]))
}

mac_of() {
    ip -netns "$lab_prefix-$1" -brief link show eth0 | awk '{ gsub(":", ", 0x", $3); printf "{0x%s}", $3 }'
}
