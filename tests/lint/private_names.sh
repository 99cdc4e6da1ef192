#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Nothing of the machine that a change was made on gets into the project: no path of its work tree, no package registry or
# mirror that it happens to use.
source "$(dirname "$0")/common.sh"

# The hosts that this machine's package clients are set up with; the list itself must not stand here.
registry_hosts() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/* /etc/pip.conf ~/.config/pip/pip.conf ~/.npmrc \
        /usr/etc/npmrc ~/.cargo/config.toml 2>/dev/null |
        grep -Eo 'https?://[^/ "]+' | sed -E 's|^https?://([^@]*@)?||; s|:[0-9]+$||' | sort -u
}

mapfile -t files < <(project_files)
patterns=('/wor[k]/')
while IFS= read -r host; do
    patterns+=("${host//./\\.}")
done < <(registry_hosts)

for pattern in "${patterns[@]}"; do
    hits=$(grep -nIE -- "$pattern" "${files[@]}") && finding "$hits"
done
verdict "${#files[@]}"
