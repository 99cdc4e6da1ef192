#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Debian package: builds as scripts/build.sh does, and packs that with debhelper. What goes into it is said by the
# install rules of CMake, how it is installed by userspace/packaging/debian/.
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"

usage() {
    cat <<'USAGE'
usage: scripts/package.sh [--build-dir DIR] [--output DIR]
Makes dns-fastpath_VERSION_ARCH.deb, and one with the debug symbols.

  --build-dir DIR  pack what is built in DIR (default: build and pack build/)
  --output DIR     where the packages go (default: DIR/package)
USAGE
}

parse_options() {
    build_dir=
    output=
    while (($# > 0)); do
        case $1 in
            --build-dir | --output)
                (($# > 1)) || die "$1 needs a folder (see --help)"
                if [[ $1 == --build-dir ]]; then build_dir=$(realpath -m "$2"); else output=$(realpath -m "$2"); fi
                shift
                ;;
            --help) usage && exit 0 ;;
            *) die "unknown argument $1 (see --help)" ;;
        esac
        shift
    done
}

cache_value() {
    sed -n "s/^$1:[A-Z]*=//p" "$build_dir/CMakeCache.txt"
}

# For reproducible packages: the time of the last commit, or where this is no clone, of the changelog.
source_date() {
    git -c safe.directory='*' -C "$repo_root" log -1 --format=%ct 2>/dev/null || stat --format=%Y "$repo_root/CHANGELOG.md"
}

# write_changelog VERSION: Debian's own is about the packaging; what operators notice is in CHANGELOG.md, which goes along.
write_changelog() {
    cat <<EOF2
dns-fastpath ($1) unstable; urgency=medium

  * Package of version ${1%-*}; its changes are in changelog.gz.

 -- dns-fastpath maintainers <maintainers@dns-fastpath.invalid>  $(LC_ALL=C date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
EOF2
}

# stage_source FOLDER VERSION: a source tree as debhelper wants it, with nothing in it but debian/.
stage_source() {
    local debian=$1/debian packaging=$repo_root/userspace/packaging/debian depends abi_version
    rm -rf "$1"
    mkdir -p "$debian"
    cp "$packaging"/{copyright,rules} "$packaging"/dns-fastpath.* "$debian"
    rm "$debian"/*.in
    depends=$(printf ', %s' "${build_packages[@]}")
    sed "s/@BUILD_DEPENDS@/${depends:2}/" "$packaging/control.in" >"$debian/control"
    abi_version=$(<"$build_dir/userspace/packaging/abi-version")
    sed "s/@ABI_VERSION@/$abi_version/" "$packaging/dns-fastpath.preinst.in" >"$debian/dns-fastpath.preinst"
    write_changelog "$2" >"$debian/changelog"
}

main() {
    parse_options "$@"
    install_missing "${build_packages[@]}" "${packaging_packages[@]}"
    if [[ -z $build_dir ]]; then
        "$scripts/build.sh"
        build_dir=$repo_root/build
    fi
    [[ -e $build_dir/CMakeCache.txt ]] || die "$build_dir is no build folder"
    output=${output:-$build_dir/package}
    SOURCE_DATE_EPOCH=$(source_date)
    export SOURCE_DATE_EPOCH

    local version
    version=$(cache_value CMAKE_PROJECT_VERSION)-1
    local source=$output/dns-fastpath-$version
    stage_source "$source" "$version"
    # -b: binary packages only; -d: the build is done, so what it needs was there.
    (cd "$source" && FASTPATH_BUILD=$build_dir FASTPATH_SOURCE=$repo_root \
        dpkg-buildpackage -b -d --no-sign >"$output/package.log" 2>&1) ||
        die "dpkg-buildpackage failed:"$'\n'"$(tail -n 30 "$output/package.log")"
    rm -r "$source"
    say "made $(echo "$output"/dns-fastpath_"$version"_*.deb)"
}

main "$@"
