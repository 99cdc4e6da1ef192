# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What was measured: one line for each figure while it runs, and then JSON.

# record PART DATA SUBJECT METRIC VALUE
record() {
    local IFS=$'\t'
    printf '%s\n' "$*" >>"$work/figures.tsv"
}

# record_note PART SUBJECT TEXT: why there are no figures.
record_note() {
    say "$1: $2: $3"
    printf '%s\t%s\t%s\n' "$1" "$2" "${3//[$'\t\n']/ }" >>"$work/notes.tsv"
}

# apart PART SUBJECT COMMAND...: sets failed. What fails ends only a subshell, and is said under the tables: the rest goes on.
apart() {
    local status
    set +e
    (
        set -e
        "${@:3}"
    ) 2>"$work/errors"
    status=$?
    set -e
    failed=$((status != 0))
    ((failed == 0)) || record_note "$1" "$2" "not possible here: $(grep -v '^$' "$work/errors" | sed 's/^error: //' | tail -n 5)"
}

# Packages whose versions say what was compared.
versions() {
    dpkg-query --show --showformat='${db:Status-Status}\t${Package}\t${Version}\n' unbound bind9 dnsdist dnsmasq-base knot \
        knot-resolver knot-dnsutils dnsperf nftables 2>/dev/null | sed -n 's/^installed\t//p'
}

compiler() {
    "$@" --version | head -n 1
}

# A build folder may have been made from another commit than the scripts are of; the daemon knows its own.
commit() {
    git -c safe.directory='*' -C "$repo_root" describe --always --dirty --abbrev=12 2>/dev/null || echo unknown
}

write_json() {
    touch "$work"/{figures.tsv,notes.tsv,disturbed}
    [[ -s $work/packets.json ]] || echo null >"$work/packets.json"
    versions >"$work/versions.tsv"
    jq --null-input --from-file "$repo_root/scripts/bench/result.jq" \
        --rawfile figures "$work/figures.tsv" --rawfile notes "$work/notes.tsv" --rawfile versions "$work/versions.tsv" \
        --slurpfile packets "$work/packets.json" \
        --arg mode "$mode" --argjson rounds "$rounds" --argjson seconds "$seconds" --argjson disturbed "$(wc -l <"$work/disturbed")" \
        --arg date "$(date --utc --iso-8601=seconds)" --arg kernel "$(uname -r)" --arg commit "$(commit)" \
        --arg program "$("$build_dir/bin/dns-fastpathd" --version)" \
        --arg compiler "$(compiler c++)" --arg bpf_compiler "$(compiler clang)" \
        --arg cpu "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" --argjson cpus "$(nproc)" \
        --argjson memory_kb "$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo)" \
        --arg virtualization "$(systemd-detect-virt 2>/dev/null || true)" >"$output.new"
    mv "$output.new" "$output"
}
