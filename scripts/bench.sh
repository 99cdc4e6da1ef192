#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The benchmarks: nanoseconds for a packet, and in the lab side by side with others: answers from the cache, forwarding, the
# incident. JSON, tables and a plot. Wants a machine that does nothing else. Parts in bench/, whose README says what they measure.
set -euo pipefail
export LAB_RESOLVER=unbound LAB_PREFIX=${LAB_PREFIX:-bench}
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"
source "$scripts/lib/lab.sh"
source "$scripts/bench/clocks.sh"
source "$scripts/bench/load.sh"
source "$scripts/bench/xdp.sh"
source "$scripts/bench/result.sh"
source "$scripts/bench/tables.sh"
source "$scripts/bench/servers.sh"
source "$scripts/bench/ways.sh"
source "$scripts/bench/part-packets.sh"
source "$scripts/bench/part-lab.sh"
source "$scripts/bench/part-rates.sh"
source "$scripts/bench/part-forwarding.sh"
source "$scripts/bench/part-incident.sh"

parts=(packets lab rates forwarding incident)

usage() {
    cat <<TEXT
usage: scripts/bench.sh [OPTION]...
Measures, prints tables, and writes them as JSON, with a plot of the incident beside it.
  --quick          one round of short measurements, and fewer names: a quarter of an hour instead of more than one
  --only LIST      of the parts: $(IFS=,; echo "${parts[*]}")
  --servers LIST   in part lab, of: $(IFS=,; echo "${servers[*]}")
  --rounds N       measurements of everything; the median is the figure (default 3, quick 1)
  --rate QPS       at which CPU time is measured in part lab (default $rate)
  --output FILE    default build/bench.json; the plot has this name with -incident.png
  --build-dir DIR  where dns-fastpathd was built (default: build, which is brought up to date first)
  --busy           does not wait until the machine is idle: to try the script, the figures say nothing
  --help
To compare two runs: scripts/bench-compare.sh OLD.json NEW.json
TEXT
}

bad_usage() {
    printf 'error: %s (see --help)\n' "$*" >&2
    exit 2
}

# A full run, unless options say otherwise.
mode=full
rounds=
rate=100000
build_dir=
output=$repo_root/build/bench.json

parse_options() {
    while (($# > 0)); do
        case $1 in
            --quick) mode=quick ;;
            --busy) wait_for_idle=no ;;
            -h | --help) usage; exit 0 ;;
            --only | --servers | --rounds | --rate | --output | --build-dir)
                (($# > 1)) || bad_usage "$1 needs a value"
                set_option "$1" "$2"
                shift
                ;;
            *) bad_usage "unknown option $1" ;;
        esac
        shift
    done
    case $mode in
        quick) hosts=2500 seconds=2 search_seconds=1 search_step=1.3 incident_seconds=6 rounds=${rounds:-1} ;;
        full) hosts=12500 seconds=5 search_seconds=2 search_step=1.1 incident_seconds=20 rounds=${rounds:-3} ;;
    esac
}

set_option() {
    case $1 in
        --only) choose parts "$2" ;;
        --servers) choose servers "$2" ;;
        --output) output=$(realpath -m "$2") ;;
        --build-dir) build_dir=$(realpath "$2") ;;
        *)
            [[ $2 =~ ^[1-9][0-9]*$ ]] || bad_usage "$1 '$2': use a number"
            printf -v "${1#--}" '%s' "$2"
            ;;
    esac
}

# choose ARRAY LIST: leaves in the array what the list names.
choose() {
    local -n all=$1
    local name chosen
    IFS=, read -ra chosen <<<"$2"
    for name in "${chosen[@]}"; do
        [[ " ${all[*]} " == *" $name "* ]] || bad_usage "'$name': use some of ${all[*]}"
    done
    all=("${chosen[@]}")
}

# part_begins PART TOPOLOGY HOSTS: with a lab of its own.
part_begins() {
    say "part $1: a lab"
    lab_topology=$2
    lab_hosts=$3
    lab_up
}

# With how far it is.
progress() {
    printf '==> [%3d min] round %s of %s: %s\n' $((SECONDS / 60)) "${round:-1}" "$rounds" "$*"
}

finish() {
    local status=$?
    trap - EXIT INT TERM
    restore_table_limit
    restore_bpf_stats
    rm -rf "$work"
    lab_down
    exit "$status"
}

main() {
    local part
    for part in "${parts[@]}"; do
        "run_part_$part"
        write_json
    done
    print_tables "$output"
    say "written: $output"
}

parse_options "$@"
require_root "$0"
install_missing "${lab_packages[@]}" "${bench_packages[@]}"
if [[ -z $build_dir ]]; then
    install_missing "${build_packages[@]}" "${test_packages[@]}"
    "$scripts/build.sh" --bench
    build_dir=$repo_root/build
fi
[[ -x $build_dir/bin/dns-fastpathd ]] || die "no $build_dir/bin/dns-fastpathd: is it built?"
mkdir -p "$(dirname "$output")"
work=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT TERM
main
