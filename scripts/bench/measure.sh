# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What one round of scripts/bench-steering.sh measures: CPU time of the whole machine while kxdpgun asks at a fixed rate.

# Sets now_us and idle_us, the idle time of all CPUs since boot. Idle time, because a kernel without CONFIG_IRQ_TIME_ACCOUNTING (that of
# Debian) only samples who is busy at each tick, and misses what runs in step with it; when it is idle it knows (NO_HZ).
read_clocks() {
    local seconds ticks
    read -r seconds _ </proc/uptime
    ticks=$(awk '/^cpu / { print $5 + $6 }' /proc/stat)
    now_us=$((${seconds/./} * 10000))
    idle_us=$((ticks * 1000000 / $(getconf CLK_TCK)))
}

# busy_during COMMAND...: sets busy_us, CPU time of the whole machine while it ran, and busy_percent.
busy_during() {
    local now idle elapsed
    read_clocks
    now=$now_us idle=$idle_us
    "$@"
    read_clocks
    elapsed=$(((now_us - now) * $(nproc)))
    busy_us=$((elapsed - (idle_us - idle)))
    busy_percent=$((100 * busy_us / elapsed))
}

# Whatever else runs is counted in, so nothing else may. The sleep is no wait for anything: half a second of nothing is what is
# measured, 50 ticks a CPU of the clock that is read.
machine_is_idle() {
    busy_during sleep 0.5
    ((busy_percent <= 4))
}

# measure: sets cpu_us, microseconds of CPU for one answered query, and answered_percent. Where the machine is not idle before and
# after, it is measured again.
measure() {
    local try
    for ((try = 1; try <= 10; try++)); do
        wait_until 60 machine_is_idle || say "the machine does not become idle: the figures will say little"
        measure_once
        ! machine_is_idle || return 0
    done
    say "the machine was busy after each of ten measurements: the last one is taken, and will say little"
}

measure_once() {
    local report=$lab_state/log/kxdpgun.out sent answered
    busy_during ask >"$report" 2>&1
    sent=$(sed -n 's/^total queries: *\([0-9]*\).*/\1/p' "$report")
    answered=$(sed -n 's/^total replies: *\([0-9]*\).*/\1/p' "$report")
    [[ -n $sent && -n $answered && $answered -gt 0 ]] || die "kxdpgun: $(<"$report")"
    cpu_us=$(awk "BEGIN { printf \"%.3f\", $busy_us / $answered }")
    answered_percent=$(awk "BEGIN { printf \"%.1f\", 100 * $answered / $sent }")
}

ask() {
    lab_run client kxdpgun -Q "$rate" -t "$seconds" -i "$lab_state/bench.queries" "${lab_address4[$host]}"
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
