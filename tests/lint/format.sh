#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# C and C++ are laid out as .clang-format says. To mend: clang-format -i FILE
source "$(dirname "$0")/common.sh"

mapfile -t files < <(project_files | grep -E '\.(c|h|cpp)$')
for file in "${files[@]}"; do
    difference=$(clang-format "$file" | diff --unified=0 --label "$file" --label "$file as clang-format has it" "$file" -) ||
        finding "$difference"
done
verdict "${#files[@]}"
