# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The ways from the client by fp1 to az1a that part-forwarding.sh compares: begin_WAY and end_WAY for each of them.

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
    lab_run "$host" nft 'add table ip bench; delete table ip bench' # added where it was never made
}

# set_sysctl NAME VALUE: below /proc/sys/net.
# shellcheck disable=SC2016 # expanded by the inner shell
set_sysctl() {
    lab_run "$host" sh -c 'echo "$2" >"/proc/sys/net/$1"' sh "$1" "$2"
}

# --- ours ---------------------------------------------------------------------------------------------------------------

begin_dns_fastpath() {
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

end_dns_fastpath() {
    lab_end dns-fastpathd
}

# --- others -------------------------------------------------------------------------------------------------------------

begin_dnsdist() {
    render_forwarder dnsdist
    begin_forwarder dnsdist dnsdist --supervised --disable-syslog -C "$lab_state/forward-dnsdist.conf"
}

end_dnsdist() {
    lab_end dnsdist
}

begin_unbound() {
    render_forwarder unbound
    begin_forwarder unbound unbound -d -c "$lab_state/forward-unbound.conf"
}

end_unbound() {
    lab_end unbound
}

begin_dnsmasq() {
    begin_forwarder dnsmasq dnsmasq --keep-in-foreground --user=root --conf-file=/dev/null --pid-file= --no-resolv --no-hosts \
        --bind-interfaces --listen-address="${lab_address4[$host]}" --server="${lab_address4[$upstream]}" --cache-size=0 \
        --dns-forward-max=65535
}

end_dnsmasq() {
    lab_end dnsmasq
}

render_forwarder() {
    render_here "forward-$1.conf" "s|@HOST@|${lab_address4[$host]}|" "s|@UPSTREAM@|${lab_address4[$upstream]}|"
}

# begin_forwarder NAME COMMAND...
begin_forwarder() {
    lab_spawn "$1" "$host" "${lab_unconfined[@]}" "${@:2}"
    wait_until 20 lab_hears client "${lab_address4[$host]}" || die "$1 does not forward: $(lab_log "$1")"
}

# --- the upstream, and what the programs are compiled with --------------------------------------------------------------

# begin_upstream FLAGS: az1a answers all queries itself, with these flags.
begin_upstream() {
    bench_compile responder "-DANSWER_FLAGS=$1"
    attach "$upstream" responder
    wait_until 10 lab_hears client "${lab_address4[$upstream]}" || die "the responder does not respond"
}

end_upstream() {
    lab_run "$upstream" ip link set dev eth0 xdp off
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
