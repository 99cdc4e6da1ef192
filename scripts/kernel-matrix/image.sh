# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A Debian 12 with systemd and its own kernel on a disk image, for the trial of the package. Sourced by unit.sh.

# What a host with a resolver has, and what the trial asks with.
image_packages=(
    bind9-dnsutils
    dbus
    dnsperf
    initramfs-tools
    iproute2
    kmod
    linux-image-cloud-amd64
    procps
    systemd-sysv
    unbound
)

# dependencies_of PACKAGE_FILE: their names; of alternatives the first. The package itself is for the trial to install.
dependencies_of() {
    dpkg-deb --field "$1" Depends | tr ',' '\n' | sed -E 's/\|.*//; s/\(.*//; s/[[:space:]]//g'
}

# make_image CACHE PACKAGE_FILE: leaves CACHE/{disk.img,vmlinuz,initrd}. One that was made for the same packages is used again.
make_image() {
    local cache=$1 packages guest=${BASH_SOURCE[0]%/*}/guest
    packages=$({ printf '%s\n' "${image_packages[@]}" && dependencies_of "$2"; } | sort -u)
    if [[ -e $cache/packages ]] && diff -q <(cat "$guest/trial.service" - <<<"$packages") "$cache/packages" >/dev/null; then
        return 0
    fi
    say "making a Debian 12 for the guest"
    rm -rf "$cache"
    mkdir -p "$cache"
    bootstrap "$cache/root" "${packages//$'\n'/,}" >"$cache/bootstrap.log" 2>&1 ||
        die "cannot make a Debian 12:"$'\n'"$(tail -n 20 "$cache/bootstrap.log")"
    install -m 644 "$guest/trial.service" "$cache/root/etc/systemd/system/"
    systemctl --root="$cache/root" --quiet enable trial.service
    mv "$cache"/root/boot/vmlinuz-* "$cache/vmlinuz"
    mv "$cache"/root/boot/initrd.img-* "$cache/initrd"
    mke2fs -q -t ext4 -d "$cache/root" "$cache/disk.img" 2G
    rm -rf "$cache/root"
    cat "$guest/trial.service" - <<<"$packages" >"$cache/packages"
}

# bootstrap FOLDER PACKAGE,...: from the machine's own sources of Debian 12, with its options of apt.
bootstrap() {
    local sources=/etc/apt/sources.list.d/debian.sources options=(--aptopt='APT::Install-Recommends "false"') file
    [[ -e $sources ]] || sources=/etc/apt/sources.list
    for file in /etc/apt/apt.conf.d/*; do
        # Hooks of this machine mean nothing in there.
        grep -Eq '(Post|Pre)-Invoke|Pre-Install-Pkgs' "$file" || options+=(--aptopt="$file")
    done
    mmdebstrap --mode=root --variant=minbase --include="$2" "${options[@]}" bookworm "$1" "$sources"
}
