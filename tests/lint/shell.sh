#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every shell script is free of shellcheck's findings, together with the files that it sources.
source "$(dirname "$0")/common.sh"

is_shell_script() {
    [[ $(head -c 64 "$1" | head -n 1 | tr -d '\0') =~ ^#!.*[/\ ](ba|da)?sh$ ]]
}

files=()
while IFS= read -r file; do
    ! is_shell_script "$file" || files+=("$file")
done < <(project_files)
for file in "${files[@]}"; do
    shellcheck --check-sourced "$file" || finding "$file"
done
verdict "${#files[@]}"
