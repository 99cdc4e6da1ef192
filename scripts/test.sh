#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and runs every test. Arguments go to ctest, for example: scripts/test.sh -L unit
# Where CI=true a skipped test is a failure: a machine that cannot run a test must not look like one that passed it.
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"

# Both kinds of skip: a whole ctest, and one test within a GoogleTest program that passes as a whole.
skipped_tests() {
    sed -n -e 's/^.*\*\*\*Skipped.*$/&/p' -e 's/^.*\*\*\*Not Run.*$/&/p' "$1"
    sed -n 's/^\[  SKIPPED \] \([^ ]*\) (.*$/\1/p' "$2"
}

install_missing "${build_packages[@]}" "${lab_packages[@]}" "${demo_packages[@]}" "${test_packages[@]}" \
    "${kernel_packages[@]}" "${packaging_packages[@]}"
"$scripts/build.sh" --tests

cd "$repo_root"
mkdir -p build/Testing
ctest --preset release --no-tests=error "$@" | tee build/Testing/ctest.out

if [[ ${CI-} == true ]]; then
    skipped=$(skipped_tests build/Testing/ctest.out build/Testing/Temporary/LastTest.log)
    [[ -z $skipped ]] || die "skipped, which CI does not allow:"$'\n'"$skipped"
fi
