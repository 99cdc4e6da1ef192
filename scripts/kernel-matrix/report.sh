# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# From the transcripts of the runs to the tables, and to what a failure looked like. Sourced by kernel-matrix.sh.

# judge_run DIR KERNEL TEST_SECONDS PROGRAM...: writes DIR/results.tsv (see parse.awk). KERNEL names a guest that died
# before it could say its release.
judge_run() {
    local dir=$1 kernel=$2 test_seconds=$3
    shift 3
    local names=("${@##*/}")
    local IFS=,
    awk -v kernel="$kernel" -v limit="$test_seconds" -v programs="${names[*]}" \
        -f "${BASH_SOURCE[0]%/*}/parse.awk" "$dir/transcript.log" >"$dir/results.tsv"
}

# run_passed DIR
run_passed() {
    [[ $(<"$1/status") == finished ]] &&
        awk -F '\t' '$1 == "test" { rows++; if ($4 != "pass") bad++ } END { exit !(rows > 0 && !bad) }' "$1/results.tsv"
}

# show_failure DIR KERNEL: the tests that did not end well, and the last words of a kernel that did not.
show_failure() {
    local dir=$1 kernel=$2 log
    printf '\n==== kernel %s %s\n' "$kernel" "$(<"$dir/status")"
    awk -f "${BASH_SOURCE[0]%/*}/failures.awk" "$dir/transcript.log" | tail -n 100
    [[ $(<"$dir/status") != finished ]] || return 0
    for log in qemu.log console.log; do
        if [[ -s $dir/$log ]]; then
            printf -- '---- last lines of %s/%s\n' "$dir" "$log"
            tail -n 30 "$dir/$log" | tr -d '\r'
        fi
    done
}

# print_tables RESULTS_FILE...
print_tables() {
    cat "$@" | awk -F '\t' -v row='%-30s %-24s %-12s %6s %9s\n' '
        BEGIN { printf row, "KERNEL", "TEST PROGRAM", "RESULT", "TESTS", "SECONDS" }
        $1 == "test" { printf row, $2, $3, $4, $5, $6 }'
    cat "$@" | awk -F '\t' -v row='%-30s %-12s %-14s %12s %12s %14s\n' '
        $1 != "verified" { next }
        !count++ { printf "\n" row, "KERNEL", "COMPILER", "BPF PROGRAM", "INSTRUCTIONS", "JITED OCTETS", "SECONDS TO LOAD" }
        { printf row, $2, $3, $4, $5, $6, $7 }'
}
