# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the demo claims, and whether it is true: one line for each claim, and the count of those that are not.

checks_failed=0

# check CLAIM COMMAND...: the claim is true if the command succeeds.
check() {
    local claim=$1
    shift
    if "$@"; then
        printf '  true   %s\n' "$claim"
    else
        printf '  FALSE  %s\n' "$claim"
        checks_failed=$((checks_failed + 1))
    fi
}

# is 'EXPRESSION': arithmetic with fractions, which the shell does not have.
is() {
    awk "BEGIN { exit !($1) }"
}
