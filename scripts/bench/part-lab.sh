# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Part `lab`: every server by turns, with the same questions. CPU for an answer, the highest rate without loss, latency.

latency_rate=20000
declare -A given_up=() # servers that do not work here

# Sets data_sets and their data_name; for each a file of all questions (.all), of those asked (.dnsperf), and the same for kxdpgun.
make_data_sets() {
    local questions=$lab_state/zones/mail.queries count set
    count=$(wc -l <"$questions")
    data_sets=(hot mail)
    data_name=([hot]="1000 names" [mail]="mail mix, $count names")
    head -n 1000 "$questions" | tee "$work/hot.all" >"$work/hot.dnsperf"
    cp "$questions" "$work/mail.all"
    awk -v draws=$((count * 5)) -f "$repo_root/scripts/bench/zipf.awk" "$questions" >"$work/mail.dnsperf"
    for set in "${data_sets[@]}"; do
        sed 's/$/ E/' "$work/$set.dnsperf" >"$work/$set.kxdpgun" # with EDNS, as `dnsperf -e`
    done
}

# warm SERVER SET: asks everything until it is in the caches. Few at a time: a socket's buffer holds some 50 answers that XDP sent.
warm() {
    local pass misses=0
    [[ $1 != reflector ]] || return 0
    for ((pass = 1; pass <= 10; pass++)); do
        [[ $1 != dns-fastpath* ]] || misses=$(fastpath_queries miss)
        lab_run client dnsperf -s "$lab_resolver4" -d "$work/$2.all" -e -n 1 -q 30 -t 2 -l 60 >"$lab_state/log/dnsperf.out" 2>&1
        case $1 in
            dns-fastpath*) (($(fastpath_queries miss) > misses)) || return 0 ;; # answers are learned a moment later
            *) ((pass < 2)) || return 0 ;;
        esac
    done
    say "there is always a name that was not in the cache"
}

# measure_server SERVER SET
measure_server() {
    local questions=$work/$2.kxdpgun hits misses
    warm "$1" "$2"
    [[ $1 != dns-fastpath ]] || { hits=$(fastpath_queries hit); misses=$(fastpath_queries miss pass); }
    progress "$1, ${data_name[$2]}: CPU at $rate queries/s"
    undisturbed measure_cpu "$lab_resolver4" "$questions" "$rate" "$seconds"
    keep "$1" "$2" cpu_us "$cpu_us"
    keep "$1" "$2" answered_percent "$answered_percent"
    progress "$1, ${data_name[$2]}: latency at $latency_rate queries/s"
    undisturbed measure_latency "$lab_resolver4" "$work/$2.dnsperf" "$latency_rate" "$seconds"
    keep "$1" "$2" p50_us "$p50_us"
    keep "$1" "$2" p99_us "$p99_us"
    keep "$1" "$2" p999_us "$p999_us"
    progress "$1, ${data_name[$2]}: highest rate without loss"
    find_lossless "$lab_resolver4" "$questions" "$search_seconds" "$search_step"
    keep "$1" "$2" lossless_qps "$lossless_qps"
    [[ $1 != dns-fastpath ]] || keep "$1" "$2" hit_percent "$(hit_percent_since "$hits" "$misses")"
}

keep() {
    record lab "${data_name[$2]}" "$1" "$3" "$4"
}

hit_percent_since() {
    awk "BEGIN { hits = $(fastpath_queries hit) - $1; printf \"%.2f\", 100 * hits / (hits + $(fastpath_queries miss pass) - $2) }"
}

one_server() {
    apart lab "$1" start_and_measure "$1"
    ((failed == 0)) || given_up[$1]=yes
    end_servers
}

start_and_measure() {
    local set
    progress "$1: start"
    start_server "$1"
    for set in "${data_sets[@]}"; do
        measure_server "$1" "$set"
    done
}

# Who comes first changes from round to round.
run_part_lab() {
    local i server
    local -A data_name
    local data_sets
    part_begins lab plain "$hosts"
    lab_end unbound
    route_back_to_resolver
    prepare_latency
    make_data_sets
    for ((round = 1; round <= rounds; round++)); do
        for ((i = 0; i < ${#servers[@]}; i++)); do
            server=${servers[(round - 1 + i) % ${#servers[@]}]}
            [[ -v given_up[$server] ]] || one_server "$server"
        done
    done
    lab_down
}
