#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job, shown and checked: a resolver's NIC answers what its Unbound has answered before. Builds, sets up a lab of
# network namespaces, compares Unbound alone with Unbound behind the fast path, and removes the lab.
# Exit 0 only if everything that it shows is true.
set -euo pipefail
export LAB_RESOLVER=unbound # what is shown is Unbound's
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"
source "$scripts/lib/lab.sh"
source "$scripts/lib/measure.sh"
source "$scripts/lib/check.sh"

load_seconds=5
latency_seconds=3
latency_rate=5000      # well below what Unbound alone can do, so that the figure is no queue
tracked_ports=250      # source ports of the connection-tracking part (dnsperf has at most 256)
warming_queries=30     # outstanding on the one socket that asks every name once: more answers than that overflow its buffer
keep=no
export LAB_HOSTS=2000     # the names asked below are among them

usage() {
    cat <<TEXT
usage: scripts/demo.sh [--keep]
  --keep   leaves the lab up, with the fast path running, and says how to use it
TEXT
}

case ${1-} in
    "") ;;
    --keep) keep=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac

finish() {
    local status=$?
    trap - EXIT INT TERM
    if [[ $keep == yes ]] && lab_is_up; then
        how_to_use
    else
        lab_down
    fi
    exit "$status"
}

how_to_use() {
    local lab="scripts/lab.sh"
    [[ $lab_prefix == dnsfp ]] || lab="LAB_PREFIX=$lab_prefix scripts/lab.sh"
    cat <<TEXT

The lab is still up. The client's machine asks, the resolver's runs Unbound and dns-fastpathd:
  $lab exec client dig @$lab_resolver4 d0001.mail.example MX
  $lab exec resolver build/bin/dns-fastpathctl status
  $lab exec resolver build/bin/dns-fastpathctl cache dump
  $lab exec resolver unbound-control -c $lab_state/unbound.conf stats_noreset
  $lab exec client dnsperf -s $lab_resolver4 -d $lab_state/zones/hot.queries -e -l 5
Logs and configurations are in $lab_state.
Remove it with: $lab down
TEXT
}

# --- Unbound alone, and behind the fast path: the same three measurements ---------------------------------------------

declare -A result

# measure WHO: sets result[WHO qps], [WHO latency] in microseconds, [WHO lost], [WHO share] in percent of the queries that
# Unbound saw, and [WHO tracked] connections.
measure() {
    local seen
    seen=$(resolver_queries)
    load -l "$load_seconds" -c 8 -T 2 -q 200 # fewer outstanding than the 256 packets that a veth queues
    result[$1 qps]=$load_qps
    result[$1 share]=$(awk "BEGIN { printf \"%.2f\", 100 * ($(resolver_queries) - $seen) / $load_sent }")
    load -l "$latency_seconds" -c 8 -Q "$latency_rate"
    result[$1 latency]=$load_latency_us
    result[$1 lost]=$load_lost
    result[$1 tracked]=$(tracked_after_burst)
}

# Queries from many source ports, as mail servers make them, on a host with one rule that looks at connections.
tracked_after_burst() {
    lab_run resolver nft -f - <<'RULES'
table inet demo {
    chain input {
        type filter hook input priority filter; policy accept;
        ct state invalid drop
    }
}
RULES
    lab_run resolver conntrack -F >/dev/null 2>&1
    load -n 1 -c "$tracked_ports" -q "$tracked_ports"
    tracked_clients
    lab_run resolver nft delete table inet demo
}

# Asks all hot names until a whole round stays away from Unbound: learning is not instantaneous.
hot_names_are_learned() {
    local seen
    seen=$(resolver_queries)
    load -n 1 -q "$warming_queries"
    [[ $(resolver_queries) -eq $seen ]]
}

# --- the fast path ----------------------------------------------------------------------------------------------------

start_fastpath() {
    cat >"$lab_state/dns-fastpath.yaml" <<'YAML'
# One probe and no more: what Unbound sees is counted here.
health: {interval: 1h}
interfaces: [eth0]
state: {snapshot: ""}
acl:
  allow: [198.18.0.0/15, "2001:db8::/32"]
YAML
    lab_spawn dns-fastpathd resolver "$repo_root/build/bin/dns-fastpathd" --config "$lab_state/dns-fastpath.yaml"
    wait_until 20 fastpath_is_up || die "dns-fastpathd does not start: $(lab_log dns-fastpathd)"
    lab_run resolver "$repo_root/build/bin/dns-fastpathctl" status
}

fastpath_is_up() {
    lab_run resolver "$repo_root/build/bin/dns-fastpathctl" status >/dev/null 2>&1
}

# show SERVER NAME TYPE RCODE: a name that nobody asked before, first from Unbound, then from the NIC with a lower TTL.
show() {
    local server=$1 name=$2 type=$3 rcode=$4 seen first
    seen=$(resolver_queries)
    first=$(ask "$server" "$name" "$type")
    printf '%s %s, asked at %s\n  first  %s\n' "$name" "$type" "$server" "$(one_line "$first")"
    check "Unbound answered it" is "$(resolver_queries) == $seen + 1"
    check "with $rcode" test "$(rcode_of "$first")" == "$rcode"

    wait_until 5 asking_is_a_hit "$server" "$name" "$type" || true # said by the checks below
    seen=$(resolver_queries)
    wait_until 5 ttl_is_below "$(ttl_of "$first")" "$server" "$name" "$type" || true
    printf '  later  %s\n' "$(one_line "$later")"
    check "the NIC answered it: Unbound was not asked again" is "$(resolver_queries) == $seen"
    check "its TTL went down" is "$(ttl_of "$later") < $(ttl_of "$first")"
    check "nothing else in it changed" test "$(without_ttls "$first")" == "$(without_ttls "$later")"
}

asking_is_a_hit() {
    local hits
    hits=$(fastpath_hits)
    later=$(ask "$@")
    is "$(fastpath_hits) > $hits"
}

ttl_is_below() {
    local limit=$1
    shift
    later=$(ask "$@")
    is "$(ttl_of "$later") < $limit"
}

one_line() {
    awk '{ $1 = $1; printf "%s%s", separator, (length($0) > 72 ? substr($0, 1, 72) "..." : $0); separator = " | " }' <<<"$1"
}

summary() {
    printf '\n%-52s %14s %14s\n' "" "Unbound alone" "with fast path"
    printf '%-52s %14s %14s\n' \
        "queries answered in a second (1,000 hot names)" "${result[alone qps]}" "${result[fast qps]}" \
        "mean latency at $latency_rate queries/s, microseconds" "${result[alone latency]}" "${result[fast latency]}" \
        "queries lost at that rate" "${result[alone lost]}" "${result[fast lost]}" \
        "share of the queries that Unbound saw, percent" "${result[alone share]}" "${result[fast share]}" \
        "connections tracked after queries from $tracked_ports ports" "${result[alone tracked]}" "${result[fast tracked]}"
    printf '\n'
}

main() {
    say "a resolver host with Unbound, a client, an authoritative server"
    "$scripts/lab.sh" up >/dev/null

    say "Unbound alone"
    load -n 1 -q "$warming_queries" # its own cache is warm before anything is measured
    measure alone

    say "dns-fastpathd beside Unbound"
    start_fastpath

    say "every name: first from Unbound, from then on from the NIC"
    show "$lab_resolver4" d1500.mail.example MX NOERROR
    show "$lab_resolver4" d1500.mail.example A NOERROR
    show "$lab_resolver4" s1._domainkey.d1500.mail.example TXT NOERROR
    show "$lab_resolver4" 221.133.18.198.in-addr.arpa PTR NOERROR
    show "$lab_resolver4" 221.133.18.198.bl.example A NXDOMAIN
    show "$lab_resolver6" d1501.mail.example AAAA NOERROR

    say "the hot names behind the fast path"
    wait_until 20 hot_names_are_learned || true # said by the checks below
    measure fast

    say "what dns-fastpathd counted"
    lab_run resolver "$repo_root/build/bin/dns-fastpathctl" stats | grep '^dns_fastpath_queries_total'

    summary
    check "more queries are answered in a second" is "${result[fast qps]} > ${result[alone qps]}"
    check "an answer comes sooner" is "${result[fast latency]} < ${result[alone latency]}"
    check "no query was lost" is "${result[fast lost]} == 0"
    check "Unbound saw less than 1 % of the queries" is "${result[fast share]} < 1"
    check "without the fast path every client port is tracked" is "${result[alone tracked]} >= $tracked_ports"
    check "with it none is" is "${result[fast tracked]} == 0"
}

require_root "$0"
install_missing "${build_packages[@]}" "${lab_packages[@]}" "${demo_packages[@]}"
"$scripts/build.sh"
trap finish EXIT
trap 'exit 130' INT TERM
main
((checks_failed == 0)) || die "$checks_failed of the claims above are false; logs are in $lab_state/log with --keep"
say "all of it is true"
