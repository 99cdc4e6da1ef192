#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy on userspace, with the flags that the build used. Usage: tidy.sh BUILD_FOLDER [FILE...]
# .clang-tidy says which checks, and why the others are not among them.
source "$(dirname "$0")/common.sh"

build=$1
shift
files=("$@")
((${#files[@]} > 0)) || mapfile -t files < <(project_files | grep '^userspace/.*\.cpp$')

# One file a process, as many as there are CPUs; what they print comes whole, because each prints it at its end.
if ! printf '%s\0' "${files[@]}" | xargs --null --max-args=1 --max-procs="$(nproc)" clang-tidy --quiet -p "$build" \
    2> >(grep -v 'warnings generated' >&2); then
    finding "clang-tidy found something; to repeat it: tests/lint/tidy.sh $build FILE"
fi
verdict "${#files[@]}"
