#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing to build, and builds build/bin/dns-fastpathd and build/bin/dns-fastpathctl.
# With --tests also the tests, which need the packages that scripts/test.sh installs.
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"

tests=OFF
case ${1-} in
    "") ;;
    --tests) tests=ON ;;
    *) die "usage: scripts/build.sh [--tests]" ;;
esac

install_missing "${build_packages[@]}"
cd "$repo_root"
cmake --preset release -DFASTPATH_TESTS=$tests -DFASTPATH_FUZZ=$tests
cmake --build --preset release
