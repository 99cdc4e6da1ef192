# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A Debian 12 with systemd on a disk image, with its own kernel and others, for the trial of the package. Sourced by unit.sh, for which
# lib/common.sh has die() and say(), and kernel_package.sh the kernels.

# What a host with a resolver has, and what the trial asks with.
image_packages=(
    bind9-dnsutils
    dbus
    dnsperf
    initramfs-tools
    iproute2
    kmod
    procps
    systemd-sysv
    unbound
)

# dependencies_of PACKAGE_FILE: their names; of alternatives the first. The package itself is for the trial to install.
dependencies_of() {
    dpkg-deb --field "$1" Depends | tr ',' '\n' | sed -E 's/\|.*//; s/\(.*//; s/[[:space:]]//g'
}

# make_image CACHE PACKAGE_FILE SERIES...: leaves CACHE/disk.img, and CACHE/{vmlinuz,initrd.img}-SERIES of each kernel. One that was made
# for the same packages is used again.
make_image() {
    local cache=$1 packages series guest=${BASH_SOURCE[0]%/*}/guest
    packages=$({ printf '%s\n' "${image_packages[@]}" && dependencies_of "$2" && printf 'kernel %s\n' "${@:3}"; } | sort -u)
    if [[ -e $cache/packages ]] && diff -q <(cat "$guest/trial.service" - <<<"$packages") "$cache/packages" >/dev/null; then
        return 0
    fi
    say "making a Debian 12 for the guest"
    rm -rf "$cache"
    mkdir -p "$cache"
    bootstrap "$cache" "${@:2}"
    install -m 644 "$guest/trial.service" "$cache/root/etc/systemd/system/"
    systemctl --root="$cache/root" --quiet enable trial.service
    for series in "${@:3}"; do
        mv "$cache/root/boot/vmlinuz-$series".* "$cache/vmlinuz-$series"
        mv "$cache/root/boot/initrd.img-$series".* "$cache/initrd.img-$series"
    done
    mke2fs -q -t ext4 -d "$cache/root" "$cache/disk.img" 2G
    rm -rf "$cache/root"
    cat "$guest/trial.service" - <<<"$packages" >"$cache/packages"
}

# bootstrap CACHE PACKAGE_FILE SERIES...: makes CACHE/root from the machine's own sources of Debian 12 and their backports, with its options of apt.
bootstrap() {
    local cache=$1 packages series options=(--aptopt='APT::Install-Recommends "false"') file
    write_apt_configuration "$cache"
    apt-get --config-file="$cache/apt.conf" update >"$cache/update.log" 2>&1 || true # newest_kernel says what is missing
    mapfile -t packages < <(dependencies_of "$2")
    for series in "${@:3}"; do
        packages+=("$(newest_kernel "$cache" "$series")")
    done
    packages+=("${image_packages[@]}")
    for file in /etc/apt/apt.conf.d/*; do
        # Hooks of this machine mean nothing in there.
        grep -Eq '(Post|Pre)-Invoke|Pre-Install-Pkgs' "$file" || options+=(--aptopt="$file")
    done
    mmdebstrap --mode=root --variant=minbase --include="$(IFS=, && echo "${packages[*]}")" "${options[@]}" \
        bookworm "$cache/root" "$cache"/sources/* >"$cache/bootstrap.log" 2>&1 ||
        die "cannot make a Debian 12:"$'\n'"$(tail -n 20 "$cache/bootstrap.log")"
}
