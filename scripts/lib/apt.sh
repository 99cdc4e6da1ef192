# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Installs Debian packages that are missing, and lets none of them start a service.

# install_missing PACKAGE...: needs root and a network only if something is missing.
install_missing() {
    local package missing=()
    for package in "$@"; do
        package_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    [[ $EUID -eq 0 ]] || die "missing packages: ${missing[*]}; install them, or run this as root"
    say "installing ${missing[*]}"
    (without_service_starts && apt_install "${missing[@]}")
    keep_disabled "${missing[@]}"
}

package_installed() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet --quiet
    apt-get install --quiet --quiet --yes --no-install-recommends --option=Dpkg::Use-Pty=0 "$@"
}

# NSD and Unbound would take port 53 of this machine. A policy-rc.d that is there already is the operator's: it stays.
# To be called in a subshell: the policy goes when that ends, however it ends.
without_service_starts() {
    local policy=/usr/sbin/policy-rc.d
    [[ ! -e $policy ]] || return 0
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
}

# Debian enables a new service for the next boot as well; what we bring in for the lab must not begin to serve then.
keep_disabled() {
    command -v systemctl >/dev/null || return 0
    local units
    mapfile -t units < <(dpkg-query --listfiles "$@" | sed -n 's|.*/lib/systemd/system/\([^/@]*\.service\)$|\1|p' | sort -u)
    ((${#units[@]} == 0)) || systemctl disable --quiet "${units[@]}"
}
