#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two runs of scripts/bench.sh, figure by figure: what became better or worse by more than noise.
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/bench/tables.sh"

bound=10

usage() {
    cat <<TEXT
usage: scripts/bench-compare.sh [--bound PERCENT] [--all] OLD.json NEW.json
A figure is better or worse only if its median moved by more than PERCENT (default $bound), by more than the instrument can tell, and
if the rounds of the two runs do not overlap. A run of one round has no spread: then the bound alone decides.
  --all   prints what is within noise too
Exit 0 if nothing is worse, 1 if something is, 2 for a bad command line or a file that is no result.
TEXT
}

bad_usage() {
    printf 'error: %s (see --help)\n' "$*" >&2
    exit 2
}

all=false
files=()
while (($# > 0)); do
    case $1 in
        --bound)
            [[ ${2-} =~ ^[0-9]+(\.[0-9]+)?$ ]] || bad_usage "--bound '${2-}': use a number"
            bound=$2
            shift
            ;;
        --all) all=true ;;
        -h | --help) usage; exit 0 ;;
        -*) bad_usage "unknown option $1" ;;
        *) files+=("$1") ;;
    esac
    shift
done
((${#files[@]} == 2)) || bad_usage "two files are compared"
command -v jq >/dev/null || die "jq is missing: apt-get install jq"
for file in "${files[@]}"; do
    jq --slurp --exit-status '.[0].schema == 1' "$file" >/dev/null 2>&1 || bad_usage "$file is no result of scripts/bench.sh"
done

comparison=$(jq --null-input --from-file "$scripts/bench/compare.jq" --argjson bound "$bound" --argjson all "$all" \
    --slurpfile old "${files[0]}" --slurpfile new "${files[1]}")
jq --raw-output '.lines[]' <<<"$comparison" | print_aligned
jq --exit-status '.compared > 0' <<<"$comparison" >/dev/null || bad_usage "no figure is in both files"
jq --exit-status '.worse == 0' <<<"$comparison" >/dev/null
