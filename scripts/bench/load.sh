# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Load from the lab's client, and what it took: CPU at a rate, loss at a rate, latency at a rate.
# Answers are counted by the client's interface: a generator may be too busy to see all that came.

# Only answers, but for a few packets of ARP and neighbour discovery. kxdpgun and the lab keep an XDP program there, so all are counted.
client_received() {
    lab_run client ethtool -S eth0 | awk '/rx_queue_[0-9]+_xdp_packets:/ { sum += $2 } END { print sum + 0 }'
}

# generate ADDRESS QUERIES RATE SECONDS: kxdpgun from many source ports. It leaves a program of its own on the interface.
generate() {
    lab_run client kxdpgun -Q "$3" -t "$4" -i "$2" "$1" >"$lab_state/log/kxdpgun.out" 2>&1
}

queries_sent() {
    local sent
    sent=$(sed -n 's/^total queries: *\([0-9]*\).*/\1/p' "$lab_state/log/kxdpgun.out")
    [[ -n $sent && $sent -gt 0 ]] || die "kxdpgun: $(<"$lab_state/log/kxdpgun.out")"
    printf '%s\n' "$sent"
}

client_received_more_than() {
    (($(client_received) > $1))
}

# begin_load ADDRESS QUERIES RATE SECONDS: the same in the background, once answers come; sets generator, its process.
begin_load() {
    local before
    before=$(client_received)
    generate "$@" &
    generator=$!
    wait_until 30 client_received_more_than $((before + 100)) || die "hardly any answer: $(lab_log kxdpgun)"
}

end_load() {
    wait "$generator" || die "kxdpgun: $(lab_log kxdpgun)"
}

# measure_cpu ADDRESS QUERIES RATE SECONDS: sets cpu_us, microseconds of CPU of the whole machine for one answered query, and
# answered_percent. Of the middle of the run: the generator's start, which takes longer the more questions it reads, is not in it.
measure_cpu() {
    local before answered
    begin_load "$1" "$2" "$3" $(($4 + 1))
    before=$(client_received)
    busy_during sleep "$4"
    answered=$(($(client_received) - before))
    end_load
    ((answered > 0)) || die "no answers any more: $(lab_log kxdpgun)"
    cpu_us=$(awk "BEGIN { printf \"%.3f\", $busy_us / $answered }")
    # The window is as long as that of the clocks, to some milliseconds.
    answered_percent=$(awk "BEGIN { share = 100 * $answered / ($3 * $4); printf \"%.1f\", (share > 100 ? 100 : share) }")
}

# holds ADDRESS QUERIES RATE SECONDS: less than 0.1 % of the queries stay unanswered. Once more where they do not: a single pause of the
# virtual machine is not what is asked for. A rate that the generator cannot do does not hold either.
holds() {
    holds_once "$@" || holds_once "$@"
}

holds_once() {
    local before answered sent
    before=$(client_received)
    generate "$@" || die "kxdpgun: $(lab_log kxdpgun)"
    sent=$(queries_sent)
    answered=$(($(client_received) - before))
    ((sent * 100 >= $3 * $4 * 95 && answered * 1000 > sent * 999))
}

# The rates that are tried: steps of the same ratio from least_rate to most_rate.
least_rate=10000
most_rate=1000000

# find_lossless ADDRESS QUERIES SECONDS STEP: sets lossless_qps, the highest rate that holds; 0 where none does.
find_lossless() {
    local low=-1 high middle rates
    mapfile -t rates < <(awk "BEGIN { for (rate = $most_rate; rate >= $least_rate; rate /= $4) printf \"%.0f\\n\", rate }" | sort -n)
    high=${#rates[@]}
    while ((high - low > 1)); do
        middle=$(((low + high) / 2))
        if holds "$1" "$2" "${rates[middle]}" "$3"; then
            low=$middle
        else
            high=$middle
        fi
    done
    lossless_qps=0
    ((low < 0)) || lossless_qps=${rates[low]}
}

# --- latency ------------------------------------------------------------------------------------------------------------

# The client gets a BPF file system of its own: what is pinned there goes with the lab.
prepare_latency() {
    lab_start_host client
    bench_compile latency -g # bpftool wants BTF of the maps
}

# Anew each time: the histogram is to be empty.
begin_latency() {
    lab_run client rm -rf /sys/fs/bpf/latency
    lab_run client mkdir /sys/fs/bpf/latency
    lab_run client bpftool prog loadall "$lab_state/latency.o" /sys/fs/bpf/latency pinmaps /sys/fs/bpf/latency
    lab_run client ip link set dev eth0 xdp off
    lab_run client ip link set dev eth0 xdpdrv pinned /sys/fs/bpf/latency/received
    # Before the lab's own filter, which is the last.
    lab_run client tc filter replace dev eth0 egress prio 1 handle 1 bpf direct-action object-pinned /sys/fs/bpf/latency/sent
}

end_latency() {
    lab_run client tc filter delete dev eth0 egress prio 1
    lab_run client ip link set dev eth0 xdp off
    lab_take_xdp client eth0
}

# measure_latency ADDRESS QUERIES RATE SECONDS: sets p50_us, p99_us and p999_us. dnsperf asks without waiting for what is late.
measure_latency() {
    local report
    begin_latency
    report=$(lab_run client dnsperf -s "$1" -d "$2" -e -l "$4" -Q "$3" -c 4 -q "$3" -t 1 2>&1) || die "dnsperf: $report"
    read -r p50_us p99_us p999_us < <(lab_run client bpftool --json map dump pinned /sys/fs/bpf/latency/histogram |
        jq --raw-output --from-file "$repo_root/scripts/bench/latency.jq")
    end_latency
    [[ -n $p999_us ]] || die "no answers to dnsperf: $report"
}
