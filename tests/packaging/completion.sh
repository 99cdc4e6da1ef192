#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The completion for bash offers the commands and options that the manual page has. Usage: completion.sh PROGRAM MANUAL_PAGE
source "$(dirname "$0")/../../scripts/lib/common.sh"
source "$repo_root/userspace/packaging/completion/dns-fastpathctl.bash"

program=$1
page=$2

# offered WORD...: what is offered for the last word.
offered() {
    # shellcheck disable=SC2034 # read by the completion
    COMP_WORDS=("$program" "$@") COMP_CWORD=$#
    _dns_fastpathctl
    printf '%s\n' "${COMPREPLY[@]}"
}

# in_manual: the commands of the page, each with the options that are its own: the lines in bold after .TP, unescaped.
in_manual() {
    sed -n '/^\.SH COMMANDS/,/^\.SH OPTIONS/p' "$page" | sed -n '/^\.TP/{n; s/\\-/-/g; s/\\f[BIR]//g; p}' | grep '^[a-z]'
}

# expect_offer WANTED WORD...
expect_offer() {
    local wanted=$1 there
    shift
    there=$(offered "$@")
    [[ $'\n'$there$'\n' == *$'\n'"$wanted"$'\n'* ]] ||
        die "'$wanted' is not offered at the end of '$*'; but: ${there//$'\n'/ }"
}

commands=0
while read -r -a words; do
    commands=$((commands + 1))
    command=("${words[0]}")
    if [[ ${words[0]} == cache ]]; then
        expect_offer "${words[1]}" cache ''
        command+=("${words[1]}")
    fi
    expect_offer "${words[0]}" ''
    expect_offer --json "${command[@]}" --
    for word in "${words[@]}"; do
        word=${word#[}
        [[ $word != --* ]] || expect_offer "${word%]}" "${command[@]}" --
    done
done < <(in_manual)
((commands > 10)) || die "only $commands commands in $page"

expect_offer names top ''
expect_offer AAAA cache get example.com AA
[[ -z $(offered status '') ]] || die "status has no arguments, but offered: $(offered status '')"
echo "$commands commands"
