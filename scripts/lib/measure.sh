# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Questions, load and counters in the lab: small readers of dig, dnsperf, unbound-control, conntrack and dns-fastpathctl.

# ask SERVER NAME TYPE: a line with the RCODE (or `no-answer`), then the records of the answer and authority sections.
ask() {
    { lab_run client dig +noall +comments +answer +authority +tries=1 +time=2 "@$1" "$2" "$3" || true; } | awk '
        /^;; ->>HEADER/ { sub(/,$/, "", $6); print $6; answered = 1 }
        /^[^;]/ { print }
        END { if (!answered) print "no-answer" }'
}

rcode_of() {
    head -n 1 <<<"$1"
}

# The TTL of the first record that ask() printed; where there is none, one that is below no other.
ttl_of() {
    awk 'NR == 2 { ttl = $2 } END { print ttl == "" ? 4294967295 : ttl }' <<<"$1"
}

# What ask() printed in a form that two answers can be compared in: without TTLs, and in one order (RFC 1794 rotates).
without_ttls() {
    awk 'NR > 1 { $2 = "" } { print }' <<<"$1" | sort
}

# load OPTIONS...: dnsperf with the lab's hot names. Sets load_qps, load_latency_us, load_sent and load_lost.
load() {
    local report
    report=$(lab_run client dnsperf -s "$lab_resolver4" -d "$lab_state/zones/hot.queries" -e "$@" 2>&1)
    load_sent=$(sed -n 's/^ *Queries sent: *\([0-9]*\).*/\1/p' <<<"$report")
    load_lost=$(sed -n 's/^ *Queries lost: *\([0-9]*\).*/\1/p' <<<"$report")
    load_qps=$(awk '/Queries per second:/ { printf "%.0f", $4 }' <<<"$report")
    load_latency_us=$(awk '/Average Latency/ { printf "%.0f", $4 * 1000000 }' <<<"$report")
    [[ -n $load_lost && -n $load_qps ]] || die "dnsperf: $report"
}

# What Unbound says it was asked.
resolver_queries() {
    lab_run resolver unbound-control -c "$lab_state/unbound.conf" stats_noreset |
        sed -n 's/^total\.num\.queries=//p'
}

# fastpath_counter NAME: one line of `dns-fastpathctl stats`, which calls counters as the metrics page does.
fastpath_counter() {
    lab_run resolver "$repo_root/build/bin/dns-fastpathctl" stats | awk -v name="$1" '$1 == name { print $2; found = 1 }
        END { exit !found }' || die "dns-fastpathctl stats has no $1"
}

fastpath_hits() {
    fastpath_counter 'dns_fastpath_queries_total{result="hit"}'
}

# Entries of the resolver's connection tracking that DNS clients made.
tracked_clients() {
    lab_run resolver conntrack -L -p udp --dport 53 --dst "$lab_resolver4" 2>/dev/null | wc -l
}
