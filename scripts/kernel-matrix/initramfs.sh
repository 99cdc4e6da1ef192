# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The guest's whole file system: busybox, the test programs, the libraries that ldd names, and a few kernel modules.
# Sourced by kernel-matrix.sh, for which lib/common.sh has die().

# What the tests attach to; everything else that they need is built into Debian's cloud kernels.
guest_modules=(veth sch_ingress cls_bpf act_bpf)

# build_initramfs OUTPUT KERNEL_DIR PROGRAM...: KERNEL_DIR is one of fetch_kernels'. Not compressed: reading it costs
# QEMU nothing, unpacking it would cost the emulated CPU seconds.
build_initramfs() {
    local output=$1 kernel_dir=$2 root program
    shift 2
    root=$output.root
    rm -rf "$root"
    mkdir -p "$root"/{bin,dev,modules,proc,run,sys,tests,tmp}

    add_program "$root" "$(command -v busybox)" /bin/busybox
    install -m 755 "${BASH_SOURCE[0]%/*}/guest-init" "$root/init"
    install -m 755 "${BASH_SOURCE[0]%/*}/run-tests" "$root/run-tests"
    for program in "$@"; do
        add_program "$root" "$program" "/tests/${program##*/}"
    done
    add_modules "$root" "$kernel_dir"

    (cd "$root" && find . -print0 | cpio --null --create --format=newc --owner=0:0 --quiet) >"$output"
    rm -r "$root"
}

# add_program ROOT FILE DESTINATION: copies the program, and its libraries to the paths where its loader looks for them.
add_program() {
    local root=$1 file=$2 destination=$3 libraries library
    install -D -m 755 "$file" "$root$destination"
    libraries=$(ldd "$file" 2>&1) || true # a static program is an error to ldd
    if grep -q 'not found' <<<"$libraries"; then
        die "$file lacks a library: $(grep 'not found' <<<"$libraries")"
    fi
    while read -r library; do
        install -D -m 755 "$library" "$root$library"
    done < <(awk '$2 == "=>" { print $3 } $1 ~ "^/" && $2 ~ "^\\(" { print $1 }' <<<"$libraries")
}

# add_modules ROOT KERNEL_DIR: the modules with what they depend on, numbered in the order in which to insert them.
add_modules() {
    local root=$1 kernel_dir=$2 release name listing path number=0 target
    release=$(<"$kernel_dir/release")
    listing=$(for name in "${guest_modules[@]}"; do
        # The host's /etc/modprobe.d has no say in what the guest gets.
        modprobe --config /dev/null --dirname "$kernel_dir" --set-version "$release" --show-depends "$name" ||
            die "kernel $release has no module $name"
    done)
    while read -r path; do
        number=$((number + 1))
        target=${path##*/}
        target=$(printf '%s/modules/%03d-%s.ko' "$root" "$number" "${target%%.ko*}")
        case $path in
            *.ko) cp "$path" "$target" ;;
            *.ko.xz) xz --decompress --stdout "$path" >"$target" ;;
            *) die "kernel $release: do not know how to unpack $path" ;;
        esac
    done < <(awk '$1 == "insmod" && !seen[$2]++ { print $2 }' <<<"$listing")
}
