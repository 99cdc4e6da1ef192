# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Part `rates`: nanoseconds for a run of the XDP program at ordinary rates, as the kernel counts them. Where packets are rare, code and
# data are cold when they come, and that costs more than instructions.

ordinary_rates=(1000 10000 100000)
rates_subjects=(reflector dns-fastpath)
bpf_stats_file=/proc/sys/kernel/bpf_stats_enabled

# Holds for the whole machine, and costs each program some nanoseconds a run.
count_runs() {
    bpf_stats_before=$(<"$bpf_stats_file")
    echo 1 >"$bpf_stats_file"
}

restore_bpf_stats() {
    [[ ! -v bpf_stats_before ]] || echo "$bpf_stats_before" >"$bpf_stats_file"
}

# runs_and_ns ID: how often the program ran, and for how long.
runs_and_ns() {
    bpftool --json prog show id "$1" | jq --raw-output '"\(.run_cnt // 0) \(.run_time_ns // 0)"'
}

# measure_runs RATE: sets run_ns, of the program on the resolver's interface. The sleep is the time in which it is measured.
measure_runs() {
    local id runs ns runs_before ns_before
    id=$(lab_run resolver ip -json link show dev eth0 | jq '.[0].xdp.prog.id')
    begin_load "$lab_resolver4" "$work/mail.kxdpgun" "$1" $((seconds + 1))
    read -r runs_before ns_before < <(runs_and_ns "$id")
    sleep "$seconds"
    read -r runs ns < <(runs_and_ns "$id")
    end_load
    ((runs > runs_before)) || die "the kernel has counted no run of program $id"
    run_ns=$(((ns - ns_before) / (runs - runs_before)))
}

rates_of() {
    local at
    start_server "$1"
    warm "$1" mail
    for at in "${ordinary_rates[@]}"; do
        progress "rates: $1 at $at queries/s"
        undisturbed measure_runs "$at"
        record rates "$at queries/s" "$1" run_ns "$run_ns"
    done
}

run_part_rates() {
    local subject
    local -A data_name
    local data_sets
    part_begins rates plain "$hosts"
    lab_end unbound
    route_back_to_resolver
    make_data_sets
    count_runs
    for ((round = 1; round <= rounds; round++)); do
        for subject in "${rates_subjects[@]}"; do
            apart rates "$subject" rates_of "$subject"
            end_servers
        done
    done
    restore_bpf_stats
    lab_down
}
