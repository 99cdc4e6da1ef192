#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The completion for bash offers every command that dns-fastpathctl has, at every level, and no other. Usage: completion.sh DNS_FASTPATHCTL
source "$(dirname "$0")/../../scripts/lib/common.sh"
source "$repo_root/userspace/packaging/completion/dns-fastpathctl.bash"

program=$1

# commands_of [COMMAND]: the names below "Subcommands:" of its help.
commands_of() {
    "$program" "$@" --help | awk '/^Subcommands:/ { listed = 1; next } listed && /^  [a-z]/ { print $1 } listed && /^$/ { exit }' | sort
}

# offered_after WORD...: what is offered when TAB is pressed for a new word.
offered_after() {
    # shellcheck disable=SC2034 # read by the completion
    COMP_WORDS=(dns-fastpathctl "$@" '') COMP_CWORD=$(($# + 1))
    _dns_fastpathctl
    printf '%s\n' "${COMPREPLY[@]}" | sort
}

# same_after [COMMAND]
same_after() {
    diff --label "offered after '$*'" --label "commands of '$*'" --unified=0 <(offered_after "$@") <(commands_of "$@") ||
        die "the completion and the program disagree: mend userspace/packaging/completion/dns-fastpathctl.bash"
}

[[ -n $(commands_of) ]] || die "no command in the help of $program"
same_after
for command in $(commands_of); do
    if [[ -n $(commands_of "$command") ]]; then
        same_after "$command"
    fi
done
