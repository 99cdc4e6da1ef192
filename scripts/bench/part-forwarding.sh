# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Part `forwarding`: CPU to send a query on to another resolver, without a cache; less what a bare stateless XDP rewrite takes.

forwarding_rate=50000
ways=(rewrite nftables dns-fastpath dnsdist unbound dnsmasq)

# What the upstream answers, as flags of the DNS header. Neither has records. TC=1: nobody keeps it, and the programs know that.
# NODATA without SOA: nobody keeps it either, but only the daemon knows, so it gets a copy of each.
declare -A answer_flags=([truncated]=0x8380 [empty]=0x8180)
answer_kinds=(truncated empty)

# Unbound asks again over TCP where an answer is truncated: that is another question.
takes_part() {
    [[ "$1 $2" != "unbound truncated" ]]
}

# one_way KIND WAY
one_way() {
    progress "forwarding by $2, $1 answers"
    apart forwarding "$2" measure_way "$@"
    "end_${2//-/_}"
}

measure_way() {
    "begin_${2//-/_}"
    undisturbed measure_cpu "${lab_address4[$host]}" "$work/forwarding.kxdpgun" "$forwarding_rate" "$seconds"
    record forwarding "$1 answers" "$2" cpu_us "$cpu_us"
    record forwarding "$1 answers" "$2" answered_percent "$answered_percent"
}

# Who comes first changes from round to round.
run_part_forwarding() {
    local i kind way
    part_begins forwarding steering 100
    lab_end "unbound-$host" # others are to have its port, and nobody else is asked
    awk 'BEGIN { for (i = 0; i < 10000; i++) printf "q%05d.who.example A\n", i }' >"$work/forwarding.kxdpgun"
    for kind in "${answer_kinds[@]}"; do
        begin_upstream "${answer_flags[$kind]}"
        for ((round = 1; round <= rounds; round++)); do
            for ((i = 0; i < ${#ways[@]}; i++)); do
                way=${ways[(round - 1 + i) % ${#ways[@]}]}
                ! takes_part "$way" "$kind" || one_way "$kind" "$way"
            done
        done
        end_upstream
    done
    lab_down
}
