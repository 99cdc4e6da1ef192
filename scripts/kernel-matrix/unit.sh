#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The package and the unit tried for real: a Debian 12 with systemd boots in QEMU, with its own kernel and then with that of its backports,
# the package is installed with dpkg, and an operator's day is played (guest/steps). Prints a table; exits 0 only if each step passed.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/../lib/common.sh"
source "$here/../lib/packages.sh"
source "$here/../lib/apt.sh"
source "$here/kernel_package.sh"
source "$here/image.sh"

usage() {
    cat <<'USAGE'
usage: scripts/kernel-matrix/unit.sh [OPTION]...

  --deb FILE       the package to try (default: made from the build by scripts/package.sh)
  --build-dir DIR  that build (default: build); logs go to DIR/kernel-matrix/unit
  --cache-dir DIR  where the guest's disk is kept (default: ~/.cache/dns-fastpath/unit)
  --kernels LIST   comma-separated series of Debian cloud kernels (default: 6.1,6.12)
  --timeout S      limit for one kernel, from boot to power-off (default: 2400)
USAGE
}

parse_options() {
    deb=
    build_dir=$repo_root/build
    cache_dir=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dns-fastpath/unit
    kernels=(6.1 6.12)
    seconds=2400
    while (($# > 0)); do
        [[ $1 != --help ]] || { usage && exit 0; }
        (($# > 1)) || die "unknown or incomplete option $1 (see --help)"
        case $1 in
            --deb) deb=$(realpath "$2") ;;
            --build-dir) build_dir=$(realpath -m "$2") ;;
            --cache-dir) cache_dir=$(realpath -m "$2") ;;
            --kernels) IFS=, read -ra kernels <<<"$2" ;;
            --timeout) seconds=$2 ;;
            *) die "unknown option $1 (see --help)" ;;
        esac
        shift 2
    done
    log_dir=$build_dir/kernel-matrix/unit
}

make_package() {
    if [[ -e $build_dir/bin/dns-fastpathd ]]; then
        "$here/../package.sh" --build-dir "$build_dir"
    else
        "$here/../package.sh"
    fi
    deb=$(find "$build_dir/package" -name 'dns-fastpath_*.deb')
}

# boot SECONDS ACCELERATOR ARGUMENT...: -no-reboot makes QEMU end with the guest, also after a panic.
boot() {
    local limit=$1 accelerator=$2
    shift 2
    timeout --kill-after=5 "$limit" qemu-system-x86_64 \
        -machine "pc,accel=$accelerator" -cpu max -smp 2 -m 2048 \
        -no-user-config -nodefaults -display none -no-reboot "$@" </dev/null
}

# There are machines with a /dev/kvm that cannot run a kernel. One that runs it panics at once, for want of a disk.
kvm_works() {
    [[ -w /dev/kvm ]] &&
        boot 20 kvm -kernel "$cache_dir/vmlinuz-${kernels[0]}" -append "panic=-1" >"$log_dir/kvm.log" 2>&1
}

# make_payload QPS: the trial, as a tar archive for the guest's second disk.
make_payload() {
    mkdir -p "$log_dir/trial"
    cp "$here"/guest/{trial,steps,unbound.conf} "$log_dir/trial"
    cp "$deb" "$log_dir/trial/dns-fastpath.deb"
    clang -target bpf -O2 -I"/usr/include/$(gcc -print-multiarch)" -c "$here/../lab/xdp_pass.bpf.c" -o "$log_dir/trial/xdp_pass.o"
    echo "$1" >"$log_dir/trial/qps"
    tar --create --directory="$log_dir/trial" --file="$log_dir/trial.tar" .
}

# run_trial SERIES ACCELERATOR. Neither disk is written to.
run_trial() {
    local logs=$log_dir/$1
    mkdir -p "$logs"
    boot "$seconds" "$2" -kernel "$cache_dir/vmlinuz-$1" -initrd "$cache_dir/initrd.img-$1" \
        -serial "file:$logs/console.log" -serial "file:$logs/transcript.log" \
        -drive "file=$cache_dir/disk.img,format=raw,if=virtio,snapshot=on" \
        -drive "file=$log_dir/trial.tar,format=raw,if=virtio,snapshot=on" \
        -append "console=ttyS0 root=/dev/vda rw quiet oops=panic panic=-1 no_timer_check" >"$logs/qemu.log" 2>&1 ||
        echo "QEMU ended with exit code $? (qemu.log)"
}

# report SERIES: the table; succeeds only if the trial came to its end, with steps, none of which failed.
report() {
    awk -F '\t' '
        { sub(/\r$/, "") }
        $1 == "@@trial kernel" { printf "kernel %s\n", $2 }
        $1 == "@@trial pass" { printf "  pass  %s\n", $2; steps++ }
        $1 == "@@trial fail" { printf "  FAIL  %s\n", $2; bad++ }
        $1 == "@@trial done" { finished = 1 }
        END {
            if (!finished) { print "the trial did not come to its end" }
            exit !(finished && steps && !bad)
        }' "$log_dir/$1/transcript.log"
}

main() {
    parse_options "$@"
    require_root "making the guest's disk"
    [[ $(uname -m) == x86_64 ]] || die "the guest runs what was built here: this needs an x86_64 machine"
    install_missing "${build_packages[@]}" "${kernel_packages[@]}" "${image_tool_packages[@]}"
    [[ -n $deb ]] || make_package
    rm -rf "$log_dir"
    mkdir -p "$log_dir"
    make_image "$cache_dir" "$deb" "${kernels[@]}"
    local verdict=0 accelerator=tcg qps=50 kernel
    if kvm_works; then
        accelerator=kvm
        qps=20000
    fi
    make_payload "$qps"
    for kernel in "${kernels[@]}"; do
        say "booting the guest with kernel $kernel ($accelerator); hits at $qps queries a second"
        run_trial "$kernel" "$accelerator"
        report "$kernel" || verdict=1
    done
    printf '\nLogs: %s/KERNEL (what failed, with its trace and journal, is in transcript.log)\n' "$log_dir"
    exit "$verdict"
}

main "$@"
