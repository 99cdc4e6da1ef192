# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Who answers in part-lab.sh and part-incident.sh, on the lab's machine `resolver`: start_NAME for each. Each has room for all
# that is asked, both CPUs where it can use them, and the lab's authoritative server behind it. end_servers ends whatever runs.

servers=(reflector dns-fastpath unbound bind dnsdist dnsmasq knot-resolver knot-resolver-xdp knot-dns knot-dns-xdp)
behind_port=5300 # of the Unbound behind those that only forward

# In the lab the resolver has another address towards the authoritative server. On a host with one address it asks from the one that
# it is asked at, and connection tracking sees that.
route_back_to_resolver() {
    ip -netns "$lab_prefix-auth" route add "$lab_resolver4" via 198.18.100.1
    ip -netns "$lab_prefix-auth" -6 route add "$lab_resolver6" via 2001:db8:100::1
}

start_server() {
    "start_${1//-/_}"
}

end_servers() {
    local server
    for server in dns-fastpathd unbound bind dnsdist dnsmasq knot-resolver knot-resolver-2 knot-dns; do
        [[ ! -e $lab_state/$server.pid ]] || lab_end "$server"
    done
    lab_run resolver ip link set dev eth0 xdp off
}

# --- the floor, and ours ------------------------------------------------------------------------------------------------

# The least that can answer: the query turned round, as a response without records.
start_reflector() {
    bench_compile responder -DANSWER_FLAGS=0x8180
    attach resolver responder
    wait_until 10 lab_hears client "$lab_resolver4" || die "the reflector does not answer"
}

start_dns_fastpath() {
    start_unbound
    put_fastpath_in_front
}

# Before whatever serves already.
put_fastpath_in_front() {
    cat >"$lab_state/bench.yaml" <<'YAML'
interfaces: [eth0]
state: {snapshot: ""}
acl: {allow: [198.18.0.0/15]}
YAML
    lab_spawn dns-fastpathd resolver "$build_dir/bin/dns-fastpathd" --config "$lab_state/bench.yaml"
    wait_until 20 fastpath_is_up || die "dns-fastpathd does not start: $(lab_log dns-fastpathd)"
}

fastpath_is_up() {
    lab_run resolver "$build_dir/bin/dns-fastpathctl" status >/dev/null 2>&1
}

# fastpath_queries RESULT...: how many it has counted with any of these results.
fastpath_queries() {
    lab_run resolver "$build_dir/bin/dns-fastpathctl" stats | awk -v results=" $* " '
        match($1, /^dns_fastpath_queries_total\{result="[a-z]+"/) {
            split($1, part, "\"")
            sum += index(results, " " part[2] " ") ? $2 : 0
        }
        END { print sum + 0 }'
}

# --- resolvers ----------------------------------------------------------------------------------------------------------

start_unbound() {
    start_unbound_on_port 53
}

start_unbound_on_port() {
    lab_render_unbound unbound resolver "$1" "$lab_resolver4" "$lab_resolver6"
    cat "$repo_root/scripts/bench/unbound.conf" >>"$lab_state/unbound.conf"
    lab_spawn unbound resolver "${lab_unconfined[@]}" unbound -d -c "$lab_state/unbound.conf"
    lab_expect_resolver unbound "$1"
}

start_bind() {
    lab_start_bind
}

knot_resolver_room="s|100 \* MB|1000 * MB|"

# One process for each CPU, as its manual has it.
start_knot_resolver() {
    lab_start_knot_resolver "$knot_resolver_room"
    lab_spawn knot-resolver-2 resolver "${lab_unconfined[@]}" kresd -n -c "$lab_state/knot-resolver.conf" "$lab_state"
}

# One process for each queue of the interface, and a veth has one.
start_knot_resolver_xdp() {
    lab_render_knot_resolver "$knot_resolver_room"
    printf "net.listen('eth0', 53, {kind = 'xdp'})\n" >>"$lab_state/knot-resolver.conf"
    lab_spawn knot-resolver resolver env LD_PRELOAD="$(memlock_shim)" kresd -n -c "$lab_state/knot-resolver.conf" "$lab_state"
    lab_expect_resolver knot-resolver 53
}

# Knot Resolver gives up XDP where it cannot raise RLIMIT_MEMLOCK, which kernels since 5.11 do not look at for BPF. Some virtual
# machines do not let root raise it; there, and only there, it is told that it did.
memlock_shim() {
    ! prlimit --memlock=unlimited:unlimited true 2>/dev/null || return 0
    gcc -shared -fPIC -O2 -o "$lab_state/memlock.so" "$repo_root/scripts/bench/memlock.c"
    printf '%s\n' "$lab_state/memlock.so"
}

# --- forwarders with a cache, Unbound behind them -----------------------------------------------------------------------

start_dnsdist() {
    start_unbound_on_port "$behind_port"
    render_here dnsdist-cache.conf "s|@HOST@|$lab_resolver4|g" "s|@PORT@|$behind_port|g"
    lab_spawn dnsdist resolver "${lab_unconfined[@]}" dnsdist --supervised --disable-syslog -C "$lab_state/dnsdist-cache.conf"
    expect_server dnsdist
}

start_dnsmasq() {
    start_unbound_on_port "$behind_port"
    lab_spawn dnsmasq resolver "${lab_unconfined[@]}" dnsmasq --keep-in-foreground --user=root --conf-file=/dev/null \
        --pid-file= --no-resolv --no-hosts --bind-interfaces --listen-address="$lab_resolver4" \
        --server="127.0.0.1#$behind_port" --cache-size=200000 --cache-rr=ANY --dns-forward-max=10000 --edns-packet-max=1232
    expect_server dnsmasq
}

# --- authoritative, with the same names ---------------------------------------------------------------------------------

start_knot_dns() {
    render_here knot-dns.conf "s|@HOST@|$lab_resolver4|g"
    start_knotd
}

start_knot_dns_xdp() {
    render_here knot-dns.conf "s|@HOST@|$lab_resolver4|g"
    printf 'xdp:\n    listen: eth0\n' >>"$lab_state/knot-dns.conf"
    start_knotd
}

start_knotd() {
    mkdir -p "$lab_state/knot"
    lab_spawn knot-dns resolver "${lab_unconfined[@]}" knotd -c "$lab_state/knot-dns.conf"
    expect_server knot-dns
}

# --- shared -------------------------------------------------------------------------------------------------------------

expect_server() {
    wait_until 30 lab_answers client "$lab_resolver4" d0001.mail.example MX ||
        die "$1 does not answer; the end of its log: $(lab_log "$1")"
}

# render_here NAME SCRIPT...: as lab_render, of a template in this folder; ways.sh too.
render_here() {
    lab_render_as "$1" "../bench/$1" "${@:2}"
}
