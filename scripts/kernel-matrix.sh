#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the BPF tests on other kernels, in QEMU without KVM, and on the running one: what one verifier accepts another
# refuses. Its parts are in kernel-matrix/, whose README says how they fit.
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"
source "$scripts/kernel-matrix/kernel_package.sh"
source "$scripts/kernel-matrix/initramfs.sh"
source "$scripts/kernel-matrix/run.sh"
source "$scripts/kernel-matrix/report.sh"

usage() {
    cat <<'EOF'
usage: scripts/kernel-matrix.sh [OPTION]... [PROGRAM]...
Runs the GoogleTest programs PROGRAM (default: every test of the build with the label `bpf`) on each kernel and prints
a table. Without PROGRAM it then tries the package and the systemd unit on a Debian 12 (alone: kernel-matrix/unit.sh).
Exits 0 only if every test ran and passed on every kernel, and every step with the unit.

  --kernels LIST       comma-separated: `running`, or a series of Debian cloud kernels (default: running,6.1,6.12)
  --quick              for CI: the guests run at the same time, with one CPU each instead of two; without the unit
  --build-dir DIR      where the tests were built (default: build); logs go to DIR/kernel-matrix/KERNEL
  --cache-dir DIR      where kernels are kept (default: ~/.cache/dns-fastpath/kernels)
  --timeout S          limit for one kernel, from boot to power-off (default: 600)
  --test-timeout S     limit for one program on one kernel (default: 300)
  --list               print kernels and programs and stop
  --help
EOF
}

bad_usage() {
    printf 'error: %s (see --help)\n' "$*" >&2
    exit 2
}

parse_options() {
    kernels=(running 6.1 6.12)
    quick=no
    unit=yes
    guest_filter=
    list=no
    build_dir=$repo_root/build
    cache_dir=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dns-fastpath/kernels
    kernel_seconds=600
    test_seconds=300
    programs=()
    while (($# > 0)); do
        case $1 in
            --kernels | --build-dir | --cache-dir | --timeout | --test-timeout)
                (($# > 1)) || bad_usage "$1 needs a value"
                set_option "$1" "$2"
                shift
                ;;
            --quick)
                quick=yes
                unit=no
                # Before kernel 6.8 each table that goes waits for all CPUs, a second and more in an emulator: minutes. And samples
                # depend on the time between packets.
                guest_filter='GTEST_FILTER=-SteeringMaps*:*SamplingAt*'
                ;;
            --list) list=yes ;;
            --help) usage && exit 0 ;;
            -*) bad_usage "unknown option $1" ;;
            *)
                programs+=("$(realpath -m "$1")")
                unit=no
                ;;
        esac
        shift
    done
    log_dir=$build_dir/kernel-matrix
}

set_option() {
    case $1 in
        --kernels) set_kernels "$2" ;;
        --build-dir) build_dir=$(realpath -m "$2") ;;
        --cache-dir) cache_dir=$(realpath -m "$2") ;;
        --timeout) kernel_seconds=$(seconds_of "$1" "$2") ;;
        --test-timeout) test_seconds=$(seconds_of "$1" "$2") ;;
    esac
}

set_kernels() {
    local kernel
    kernels=()
    for kernel in ${1//,/ }; do
        [[ $kernel =~ ^(running|[0-9]+\.[0-9]+)$ ]] || bad_usage "not a kernel: $kernel"
        [[ " ${kernels[*]} " != *" $kernel "* ]] || bad_usage "kernel $kernel twice"
        kernels+=("$kernel")
    done
    ((${#kernels[@]} > 0)) || bad_usage "--kernels names no kernel"
}

seconds_of() {
    [[ $2 =~ ^[1-9][0-9]*$ ]] || bad_usage "$1 needs a number of seconds, not $2"
    echo "$2"
}

# build_tests: a fresh clone has no tests to run yet.
build_tests() {
    [[ ! -e $build_dir/CTestTestfile.cmake ]] || return 0
    [[ $build_dir == "$repo_root/build" ]] || die "no tests in $build_dir: configure and build there first"
    install_missing "${build_packages[@]}" "${test_packages[@]}"
    "$scripts/build.sh" --tests
}

# The programs behind the ctest label. A test that is not built has no command there; arguments are not taken along.
find_programs() {
    local listing
    listing=$(ctest --test-dir "$build_dir" -L '^bpf$' --show-only=json-v1)
    listing=$(jq -r '.tests[] | if (.command | length) == 1 then .command[0] else error(.name) end' <<<"$listing") ||
        die "this test in $build_dir is not built (scripts/build.sh --tests) or has arguments, which guests do not get"
    mapfile -t programs < <(sort -u <<<"$listing")
}

check_programs() {
    local program
    for program in "${programs[@]}"; do
        [[ -f $program && -x $program ]] || die "no program '$program': give its path, or build the tests labelled bpf"
    done
}

check_machine() {
    if [[ " ${kernels[*]} " == *" running "* ]]; then
        [[ $EUID -eq 0 ]] || die "the running kernel's row needs root: use sudo, or choose others with --kernels"
    fi
    if ((${#guests[@]} > 0)); then
        [[ $(uname -m) == x86_64 ]] || die "the guests run what was built here: this needs an x86_64 machine"
    fi
}

# prepare_run KERNEL: an empty directory for its logs, and what a guest boots.
prepare_run() {
    local dir=$log_dir/$1
    rm -rf "$dir"
    mkdir -p "$dir"
    if [[ $1 != running ]]; then
        build_initramfs "$dir/initramfs" "$cache_dir/$1" "${programs[@]}"
    fi
}

# start_run KERNEL CPUS
start_run() {
    if [[ $1 == running ]]; then
        start_native "$log_dir/$1" "$kernel_seconds" "$test_seconds" "${programs[@]}"
    else
        start_guest "$log_dir/$1" "$cache_dir/$1" "$2" "$kernel_seconds" "$test_seconds"
    fi
}

run_all() {
    local kernel cpus=2
    if [[ $quick == yes ]]; then
        cpus=1
    fi
    for kernel in "${kernels[@]}"; do
        say "kernel $kernel: ${#programs[@]} test program(s)"
        start_run "$kernel" "$cpus"
        # The host's own row comes alone even in the quick form: its time is worth comparing.
        if [[ $quick == no || $kernel == running ]]; then
            finish_run "$log_dir/$kernel"
        fi
    done
    for kernel in "${kernels[@]}"; do
        if [[ -v run_pids["$log_dir/$kernel"] ]]; then
            finish_run "$log_dir/$kernel"
        fi
    done
}

# Fails if something has.
report() {
    local kernel verdict=0 tables=()
    for kernel in "${kernels[@]}"; do
        judge_run "$log_dir/$kernel" "$kernel" "$test_seconds" "${programs[@]}"
        tables+=("$log_dir/$kernel/results.tsv")
        if ! run_passed "$log_dir/$kernel"; then
            verdict=1
            show_failure "$log_dir/$kernel" "$kernel"
        fi
    done
    echo
    print_tables "${tables[@]}"
    printf '\nLogs: %s\n' "$log_dir"
    return "$verdict"
}

main() {
    parse_options "$@"
    install_missing "${kernel_packages[@]}"
    if ((${#programs[@]} == 0)); then
        build_tests
        find_programs
    fi
    check_programs
    if [[ $list == yes ]]; then
        printf 'kernel  %s\n' "${kernels[@]}"
        printf 'program %s\n' "${programs[@]}"
        exit 0
    fi
    local kernel guests=()
    for kernel in "${kernels[@]}"; do
        [[ $kernel == running ]] || guests+=("$kernel")
    done
    check_machine
    trap stop_runs EXIT
    fetch_kernels "$cache_dir" "${guests[@]}"
    for kernel in "${kernels[@]}"; do
        prepare_run "$kernel"
    done
    run_all
    local verdict=0
    report || verdict=1
    if [[ $unit == yes ]]; then
        "$scripts/kernel-matrix/unit.sh" --build-dir "$build_dir" || verdict=1
    fi
    exit "$verdict"
}

main "$@"
