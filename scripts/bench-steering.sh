#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What it costs to send a query on to another resolver, without a cache: dns-fastpathd's steering against a bare stateless XDP
# rewrite, nftables DNAT with new connections, and dnsdist. CPU time of the whole machine, in the lab; medians of several rounds.
# Wants a machine that does nothing else, and waits until it is idle before it measures.
set -euo pipefail
export LAB_TOPOLOGY=steering LAB_RESOLVER=unbound
export LAB_PREFIX=${LAB_PREFIX:-bench} LAB_HOSTS=100
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"
source "$scripts/lib/lab.sh"
source "$scripts/bench/measure.sh"
source "$scripts/bench/ways.sh"

rate=50000
seconds=8
rounds=5
build_dir=
ways=(rewrite nftables dns_fastpathd dnsdist)

# What the upstream answers, as flags of the DNS header. Neither has records. TC=1: nobody keeps it, and the programs know that.
# NODATA without SOA: nobody keeps it either, but only the daemon knows, so it gets a copy of each.
declare -A answer_flags=([truncated]=0x8380 [empty]=0x8180)
kinds=(truncated empty)

usage() {
    cat <<TEXT
usage: scripts/bench-steering.sh [--rate QPS] [--seconds S] [--rounds N] [--build-dir DIR]
  --rate QPS    queries a second (default $rate)
  --seconds S   length of one measurement (default $seconds)
  --rounds N    measurements of each way; the median is printed (default $rounds)
  --build-dir   where dns-fastpathd was built (default: build, which is brought up to date first)
TEXT
}

while (($# > 0)); do
    case $1 in
        --rate | --seconds | --rounds)
            [[ ${2-} =~ ^[1-9][0-9]*$ ]] || { usage >&2; exit 2; }
            printf -v "${1#--}" '%s' "$2"
            shift 2
            ;;
        --build-dir)
            (($# > 1)) || { usage >&2; exit 2; }
            build_dir=$(realpath "$2")
            shift 2
            ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

finish() {
    local status=$?
    trap - EXIT INT TERM
    lab_down
    exit "$status"
}

declare -A cpu=() # [KIND WAY]: what the rounds gave
declare -A answered=()

# round NUMBER KIND: each way once; who comes first changes.
round() {
    local i way
    for ((i = 0; i < ${#ways[@]}; i++)); do
        way=${ways[($1 + i) % ${#ways[@]}]}
        "begin_$way"
        measure
        "end_$way"
        cpu[$2 $way]+=" $cpu_us"
        answered[$2 $way]+=" $answered_percent"
    done
}

# of_rounds FUNCTION VALUES: the values are words of one string.
of_rounds() {
    local values
    read -ra values <<<"$2"
    "$1" "${values[@]}"
}

# over_rewrite KIND WAY: what the way adds to the floor.
over_rewrite() {
    awk "BEGIN { printf \"%.3f\", $(of_rounds median "${cpu[$1 $2]}") - $(of_rounds median "${cpu[$1 rewrite]}") }"
}

table() {
    local way values
    printf '\nAnswers: %s. CPU microseconds of the whole machine for one answered query, at %s queries/s\n' "$1" "$rate"
    printf '%-16s %10s %18s %14s %12s\n' way median "least to most" "over rewrite" "answered %"
    for way in "${ways[@]}"; do
        values=${cpu[$1 $way]}
        printf '%-16s %10.2f %8.2f to %6.2f %14s %12s\n' "${way/_/-}" "$(of_rounds median "$values")" \
            "$(of_rounds least "$values")" "$(of_rounds most "$values")" "$(over_rewrite "$1" "$way")" \
            "$(of_rounds least "${answered[$1 $way]}")"
    done
    ratio "$1" dnsdist
    ratio "$1" nftables
}

# ratio KIND OTHER
ratio() {
    awk -v ours="$(over_rewrite "$1" dns_fastpathd)" -v others="$(over_rewrite "$1" "$2")" \
        -v other="$2" 'BEGIN { printf "dns-fastpathd adds %.3f of what %s adds\n", ours / others, other }'
}

main() {
    local number kind
    lab_up
    lab_end "unbound-$host" # dnsdist is to have its port, and nobody else is asked
    awk 'BEGIN { for (i = 0; i < 10000; i++) printf "q%05d.who.example A\n", i }' >"$lab_state/bench.queries"
    for kind in "${kinds[@]}"; do
        begin_upstream "${answer_flags[$kind]}"
        for ((number = 1; number <= rounds; number++)); do
            say "answers $kind, round $number of $rounds"
            round "$number" "$kind"
        done
        end_upstream
    done
    for kind in "${kinds[@]}"; do
        table "$kind"
    done
}

require_root "$0"
install_missing "${lab_packages[@]}" "${bench_packages[@]}"
if [[ -z $build_dir ]]; then
    "$scripts/build.sh"
    build_dir=$repo_root/build
fi
trap finish EXIT
trap 'exit 130' INT TERM
main
