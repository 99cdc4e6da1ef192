# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Starts the tests on a kernel, here or in QEMU, and waits for their end.
# Sourced by kernel-matrix.sh. A run lives in a directory of its own: transcript.log (what run-tests printed),
# console.log (what the guest's kernel printed), status (how it ended; read by report.sh).

declare -A run_pids=() # by directory

# start_guest DIR KERNEL_DIR CPUS KERNEL_SECONDS TEST_SECONDS: boots DIR/initramfs. Works in DIR, because a file name
# of -serial may hold no comma.
# no_timer_check: on a busy host the emulated timer may be too late for the kernel's check of it, which panics.
# A panic reboots, and -no-reboot makes QEMU end there. The mitigations stay on: they are part of the verifier.
start_guest() {
    local dir=$1 kernel_dir=$2 cpus=$3 kernel_seconds=$4 test_seconds=$5
    (
        cd "$dir" && exec timeout --kill-after=10 "$kernel_seconds" qemu-system-x86_64 \
            -machine pc -accel tcg -cpu max -smp "$cpus" -m 2048 \
            -no-user-config -nodefaults -display none -no-reboot \
            -serial file:console.log -serial file:transcript.log \
            -kernel "$kernel_dir/vmlinuz" -initrd initramfs \
            -append "console=ttyS0 oops=panic panic=-1 no_timer_check TEST_TIMEOUT=$test_seconds $guest_filter" \
            >qemu.log 2>&1 </dev/null
    ) &
    run_pids[$dir]=$!
}

# start_native DIR KERNEL_SECONDS TEST_SECONDS PROGRAM...: on the running kernel, in namespaces of its own, so that
# neither a daemon that is at work here nor its pins meet the tests. The PID namespace ends with `unshare`, whatever
# a test has started; unshare ignores all signals but the one of --kill-after.
start_native() {
    local dir=$1 kernel_seconds=$2 test_seconds=$3
    shift 3
    # shellcheck disable=SC2016 # expanded by the inner shell
    timeout --kill-after=1 "$kernel_seconds" \
        unshare --mount --net --pid --fork --kill-child --mount-proc \
        sh -euc 'mount -t bpf bpf /sys/fs/bpf; ip link set lo up; exec "$@"' native \
        "${BASH_SOURCE[0]%/*}/run-tests" "$test_seconds" "$@" >"$dir/transcript.log" 2>&1 </dev/null &
    run_pids[$dir]=$!
}

# finish_run DIR: waits, and writes to DIR/status either "finished" or what went wrong.
finish_run() {
    local dir=$1 code=0
    wait "${run_pids[$dir]}" 2>/dev/null || code=$? # bash has its own words for a killed child
    unset "run_pids[$dir]"
    if ((code == 124 || code == 137)); then
        echo "was stopped at the time limit for the whole kernel" >"$dir/status"
    elif ! grep -q '^@@matrix done' "$dir/transcript.log"; then
        echo "ended before its tests did (exit code $code)" >"$dir/status"
    elif ((code != 0)); then
        echo "finished its tests, then failed (exit code $code)" >"$dir/status"
    else
        echo finished >"$dir/status"
    fi
}

# stop_runs: for when this script is interrupted.
stop_runs() {
    local dir
    for dir in "${!run_pids[@]}"; do
        kill "${run_pids[$dir]}" 2>/dev/null || true
    done
}
