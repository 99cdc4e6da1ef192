# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Debian's cloud kernels, downloaded and unpacked into a cache; nothing is installed and the host's apt stays as it is.
# Sourced by kernel-matrix.sh, for which lib/common.sh has die() and say().

# fetch_kernels CACHE SERIES...
# Leaves CACHE/SERIES/{vmlinuz,release,lib/modules/RELEASE} for each series, for example 6.1. `release` is the name of
# the kernel. What is in the cache is not asked for again: remove CACHE/SERIES to get a newer point release.
fetch_kernels() {
    local cache=$1 series missing=()
    shift
    mkdir -p "$cache"
    (
        flock 9 # two build directories on one machine share the cache
        for series in "$@"; do
            [[ -e $cache/$series/release ]] || missing+=("$series")
        done
        if ((${#missing[@]} > 0)); then
            download_kernels "$cache" "${missing[@]}"
        fi
    ) 9>"$cache/lock"
}

# download_kernels CACHE SERIES...: ends the (sub)shell it runs in with an error when one cannot be had.
download_kernels() {
    local cache=$1 work series
    shift
    work=$(mktemp -d "$cache/work.XXXXXX")
    # shellcheck disable=SC2064 # expanded now: `work` is out of scope when the trap runs
    trap "rm -rf '$work'" EXIT
    write_apt_configuration "$work"
    # A mirror that no longer has one of the suites must not hide the kernels of the others: what is missing is found
    # out below, with this log beside it.
    apt-get --config-file="$work/apt.conf" update >"$work/update.log" 2>&1 || true
    for series in "$@"; do
        download_kernel "$work" "$series"
        mv -T "$work/$series" "$cache/$series"
    done
}

# write_apt_configuration WORK: apt with its own lists and cache, and the machine's own Debian sources plus backports.
# The sources are copied and extended rather than written anew, so that mirror, keys and options are the machine's.
write_apt_configuration() {
    local work=$1 file
    mkdir -p "$work/sources" "$work/lists/partial" "$work/archives/partial"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [[ -e $file ]] || continue
        sed -nE 'p; /^deb[[:space:]]/ s/[[:space:]]bookworm[[:space:]]/ bookworm-backports /p' "$file" \
            >"$work/sources/${file##*/}"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [[ -e $file ]] || continue
        sed -E '/^Suites:/ s/(^|[[:space:]])bookworm([[:space:]]|$)/\1bookworm bookworm-backports\2/' "$file" \
            >"$work/sources/${file##*/}"
    done
    # APT::Update holds the machine's hooks (they clean the host's cache). The _apt user cannot enter a directory below
    # root's home, so the download is not handed over to it; packages are checked against their signatures all the same.
    cat >"$work/apt.conf" <<EOF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$work/sources";
Dir::State "$work";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$work";
Acquire::Languages "none";
Acquire::IndexTargets::deb-src::Sources::DefaultEnabled "false";
APT::Sandbox::User "root";
#clear APT::Update;
EOF
}

# newest_kernel WORK SERIES: the package of the newest signed cloud kernel of the series. WORK is where write_apt_configuration wrote,
# with update.log of `apt-get update`.
newest_kernel() {
    local work=$1 series=$2 package
    package=$(apt-cache --config-file="$work/apt.conf" search --names-only \
        "^linux-image-${series//./\\.}\\.[0-9].*-cloud-amd64\$" | cut -d ' ' -f 1 | sort -V | tail -n 1)
    if [[ -z $package ]]; then
        cat "$work/update.log" >&2
        die "no linux-image-$series.*-cloud-amd64 in this machine's Debian 12 sources and their backports" \
            "(apt's words are above): check the network and that /etc/apt names the suite bookworm"
    fi
    echo "$package"
}

# download_kernel WORK SERIES: unpacked to WORK/SERIES.
download_kernel() {
    local work=$1 series=$2 package release
    package=$(newest_kernel "$work" "$series")
    say "downloading $package"
    (cd "$work" && apt-get --config-file=apt.conf --quiet=2 download "$package") ||
        die "cannot download $package: check the network, then run this again"

    release=${package#linux-image-}
    dpkg-deb --extract "$work/$package"_*.deb "$work/unpacked"
    mkdir "$work/$series"
    mv "$work/unpacked/boot/vmlinuz-$release" "$work/$series/vmlinuz"
    mv "$work/unpacked/lib" "$work/$series/lib"
    depmod --basedir "$work/$series" "$release"
    echo "$release" >"$work/$series/release"
    rm -r "$work/unpacked"
}
