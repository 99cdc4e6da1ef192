#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/RULES.md and the tests agree: each rule names tests that exist, and each RFC section that the rule rests on is named at
# one of them, in the comment above the test or, for a row of a table of cases (Suite.Test/row), in the row.
source "$(dirname "$0")/common.sh"

table=tests/RULES.md
mapfile -t sources < <(project_files | grep -E '^tests/.*\.cpp$')

# Lines "NAME<tab>what the source says of it": tests with the comment above them, then the rows of tables of cases.
named_in_sources() {
    awk '
        /^ *\/\// { comment = comment " " $0; next }
        match($0, /^TEST(_F|_P)?\([A-Za-z0-9_]+, [A-Za-z0-9_]+\)/) {
            name = substr($0, RSTART, RLENGTH)
            gsub(/^TEST(_F|_P)?\(|\)$/, "", name)
            sub(/, /, ".", name)
            print name "\t" comment
        }
        match($0, /\.name = "[^"]+"/) { row = substr($0, RSTART + 9, RLENGTH - 10) }
        match($0, /\.source = "[^"]+"/) { print "/" row "\t" substr($0, RSTART, RLENGTH) }
        { comment = "" }' "${sources[@]}"
}

# Lines "LINE<tab>rule<tab>source<tab>tests" of the table, without its head.
rules() {
    awk -F ' *\\| *' '/^\| / && !/^\| (rule|---)/ { print FNR "\t" $2 "\t" $3 "\t" $4 }' "$table"
}

declare -A said
while IFS=$'\t' read -r name text; do
    said[$name]+=" $text"
done < <(named_in_sources)

# What is said of one name of the table; fails if there is no such test, or no such row.
what_is_said() {
    local test=${1%%/*} row=
    [[ $1 != */* ]] || row=/${1#*/}
    [[ -v said[$test] && (-z $row || -v said[$row]) ]] || return 1
    printf '%s\n' "${said[${row:-$test}]}"
}

looked_at=0
while IFS=$'\t' read -r line rule source tests; do
    looked_at=$((looked_at + 1))
    all_said=
    read -ra names <<<"${tests//\`/}"
    ((${#names[@]} > 0)) || finding "$table:$line: no test for: $rule"
    for name in "${names[@]}"; do
        text=$(what_is_said "$name") || finding "$table:$line: no such test: $name"
        all_said+=" $text"
    done
    while IFS= read -r section; do
        [[ $all_said =~ (^|[^0-9])${section//./\\.}(\.?[^0-9.]|\.?$) ]] ||
            finding "$table:$line: none of its tests names RFC $section: $rule"
    done < <(grep -oE '[0-9]{4}( [0-9]+(\.[0-9]+)*)?' <<<"$source")
done < <(rules)
verdict "$looked_at" rules
