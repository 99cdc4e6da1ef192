# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# CPU time of the whole machine, and whether anything else runs on it.

wait_for_idle=yes

# Sets now_us and idle_us, the idle time of all CPUs since boot. Idle time, because a kernel without CONFIG_IRQ_TIME_ACCOUNTING (that of
# Debian) only samples who is busy at each tick, and misses what runs in step with it; when it is idle it knows (NO_HZ).
read_clocks() {
    local seconds ticks
    read -r seconds _ </proc/uptime
    ticks=$(awk '/^cpu / { print $5 + $6 }' /proc/stat)
    now_us=$((10#${seconds/./} * 10000))
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

# undisturbed COMMAND...: once the machine is idle; again, where it was not idle afterwards either. A server may have something to do
# for a moment after it was overloaded, hence the wait.
undisturbed() {
    local try
    if [[ $wait_for_idle == no ]]; then
        "$@"
        count_disturbed
        return 0
    fi
    for ((try = 1; try <= 3; try++)); do
        wait_until 60 machine_is_idle || say "the machine does not become idle"
        "$@"
        ! wait_until 3 machine_is_idle || return 0
    done
    say "the machine was not idle: this figure says little"
    count_disturbed
}

# A line for each measurement that was not made on an idle machine; in a file, for some are made in subshells.
count_disturbed() {
    echo >>"$work/disturbed"
}
