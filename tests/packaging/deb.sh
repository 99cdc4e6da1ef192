#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian package: lintian has nothing to say, it holds what contents.txt says, and it comes into an empty system and goes from
# it without a trace. Usage: deb.sh BUILD_FOLDER
source "$(dirname "$0")/../../scripts/lib/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The debug symbols would take half of the time.
DEB_BUILD_OPTIONS=noautodbgsym "$repo_root/scripts/package.sh" --build-dir "$1" --output "$work"
package=$(echo "$work"/dns-fastpath_*.deb)

lintian --allow-root --fail-on error,warning "$package" || die "lintian has findings"

# Those of the dashboards and rules are found by their place: any name is good.
dpkg-deb --contents "$package" | awk '$1 !~ /^d/ { print $1, $2, $6 }' |
    grep -Ev '/usr/share/dns-fastpath/(grafana|prometheus)/' |
    diff --unified=0 --label contents.txt --label "the package" <(grep -v '^#' "$(dirname "$0")/contents.txt") - ||
    die "the package has other contents"
[[ $(dpkg-deb --ctrl-tarfile "$package" | tar --extract --to-stdout ./conffiles) == /etc/dns-fastpath/dns-fastpath.yaml ]] ||
    die "the config is no conffile"
for dependency in libbpf1 libc6 nftables; do
    dpkg-deb --field "$package" Depends | grep -Eq "(^|, )$dependency( |,|$)" || die "the package does not depend on $dependency"
done

# A system with nothing in it, not even what the package depends on; dpkg runs the package's scripts from outside.
root=$work/root
mkdir -p "$root"/var/lib/dpkg/{info,updates} "$root"/etc
touch "$root/var/lib/dpkg/status"
in_root() {
    dpkg --root="$root" --force-script-chrootless --force-depends --log=/dev/null "$@" >"$work/dpkg.log" 2>&1 ||
        die "dpkg $1 failed:"$'\n'"$(<"$work/dpkg.log")"
}

# remains: all of ours that is in the root.
remains() {
    find "$root" -path "*dns-fastpath*" -not -path "$root/var/lib/dpkg/*"
}

in_root --install "$package"
grep -q '^dns-fastpath:' "$root/etc/passwd" || die "the package has made no user"
[[ -z $(find "$root/etc/systemd" -name 'dns-fastpath*' 2>/dev/null) ]] || die "the unit is enabled before it is configured"
"$root/usr/sbin/dns-fastpathd" --config "$root/etc/dns-fastpath/dns-fastpath.yaml" --interface eth0 --check-config
mkdir -p "$root/var/lib/dns-fastpath"
touch "$root/var/lib/dns-fastpath/cache.snapshot"

in_root --remove dns-fastpath
[[ -e $root/etc/dns-fastpath/dns-fastpath.yaml && -e $root/var/lib/dns-fastpath/cache.snapshot ]] ||
    die "a removal took the config or the state along"
in_root --purge dns-fastpath
[[ -z $(remains) ]] || die "left behind by a purge:"$'\n'"$(remains)"
