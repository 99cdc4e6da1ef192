# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Programs of the bench, and how to see that somebody answers.

# bench_compile NAME OPTIONS...: tests/bench/NAME.bpf.c
bench_compile() {
    clang -target bpf -O2 -Wall -I"/usr/include/$(gcc -print-multiarch)" "${@:2}" -c "$repo_root/tests/bench/$1.bpf.c" \
        -o "$lab_state/$1.o"
}

# attach MACHINE NAME
attach() {
    lab_run "$1" ip link set dev eth0 xdpdrv object "$lab_state/$2.o" section xdp
}

# lab_hears MACHINE SERVER: any response will do; those of the responder have no records.
lab_hears() {
    lab_run "$1" dig +noall +comments +noedns +ignore +time=1 +tries=1 "@$2" who.example A | grep -q '^;; flags: qr'
}
