# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The ground of every script: strict mode, the root of the repository, messages, waiting for a condition.

set -euo pipefail

repo_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Debian keeps bpftool, ip, nsd and unbound where a root shell opened with `su` does not look.
PATH=$PATH:/usr/sbin:/sbin

say() {
    printf '==> %s\n' "$*"
}

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

require_root() {
    [[ $EUID -eq 0 ]] || die "$1 needs root: run it with sudo"
}

# wait_until SECONDS COMMAND...: polls until the command succeeds; fails when the time is over.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}
