# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What one round of scripts/bench-steering.sh measures: CPU time of the whole machine while kxdpgun asks at a fixed rate.

# Ticks (USER_HZ) that the CPUs were not idle: user, nice, system, irq, softirq, steal (proc(5), /proc/stat).
busy_ticks() {
    awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 + $9 }' /proc/stat
}

# Whatever else runs is counted in. Warns, so that the figures below are read for what they are.
expect_idle() {
    local before percent
    before=$(busy_ticks)
    sleep 2
    percent=$(awk "BEGIN { printf \"%.1f\", 100 * ($(busy_ticks) - $before) / (2 * $(getconf CLK_TCK) * $(nproc)) }")
    say "before anything is measured the machine is busy for $percent % of its time"
}

# measure: sets cpu_us, microseconds of CPU for one answered query, and answered_percent.
measure() {
    local before report sent answered
    before=$(busy_ticks)
    report=$(lab_run client kxdpgun -Q "$rate" -t "$seconds" -i "$lab_state/bench.queries" "${lab_address4[$host]}" 2>&1)
    local ticks=$(($(busy_ticks) - before))
    sent=$(sed -n 's/^total queries: *\([0-9]*\).*/\1/p' <<<"$report")
    answered=$(sed -n 's/^total replies: *\([0-9]*\).*/\1/p' <<<"$report")
    [[ -n $sent && -n $answered && $answered -gt 0 ]] || die "kxdpgun: $report"
    cpu_us=$(awk "BEGIN { printf \"%.3f\", $ticks * 1000000 / $(getconf CLK_TCK) / $answered }")
    answered_percent=$(awk "BEGIN { printf \"%.1f\", 100 * $answered / $sent }")
}

# The middle one of its arguments; of an even number the lower of the two in the middle.
median() {
    printf '%s\n' "$@" | sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

least() {
    printf '%s\n' "$@" | sort -g | head -n 1
}

most() {
    printf '%s\n' "$@" | sort -g | tail -n 1
}
