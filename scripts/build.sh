#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing to build, and builds build/bin/dns-fastpathd and build/bin/dns-fastpathctl.
# With --tests also the tests, with --bench of them only what scripts/bench.sh runs; both need the packages that those install.
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"

tests=OFF fuzz=OFF targets=()
case ${1-} in
    "") ;;
    --tests) tests=ON fuzz=ON ;;
    --bench) tests=ON targets=(--target dns-fastpathd dns-fastpathctl packet_cost) ;;
    *) die "usage: scripts/build.sh [--tests | --bench]" ;;
esac

install_missing "${build_packages[@]}"
cd "$repo_root"
cmake --preset release -DFASTPATH_TESTS=$tests -DFASTPATH_FUZZ=$fuzz
cmake --build --preset release "${targets[@]}"
