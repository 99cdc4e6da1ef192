#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All linters: those of scripts/test.sh, and clang-tidy over userspace/, which takes minutes and so is not among the tests.
# With files, clang-tidy looks at those alone: scripts/lint.sh userspace/dns/message.cpp
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"

install_missing "${build_packages[@]}" "${test_packages[@]}"
"$scripts/build.sh" --tests # clang-tidy reads what the build makes: flags, and the headers of BPF skeletons
cd "$repo_root"
ctest --preset release --no-tests=error -L lint
echo "clang-tidy: some five minutes on two CPUs"
tests/lint/tidy.sh build "$@"
