# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Part `packets`: nanoseconds for a packet by BPF_PROG_TEST_RUN, measured by a program of tests/bench. Its JSON is taken as it is.

run_part_packets() {
    local program=$build_dir/bin/packet_cost
    if [[ ! -x $program ]]; then
        record_note packets packet_cost "not in $build_dir: scripts/build.sh --bench"
        return 0
    fi
    say "part packets: some minutes"
    apart packets packet_cost undisturbed measure_packets "$program"
}

measure_packets() {
    local options=(--json)
    [[ $mode == full ]] || options+=(--quick)
    "$1" "${options[@]}" >"$work/packets.json"
}
