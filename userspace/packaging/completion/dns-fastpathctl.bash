# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Completion of dns-fastpathctl for bash. Commands and options are what the program's own help lists; only what its arguments may
# be is said here.

# Options that have a value behind them.
_dns_fastpathctl_valued='--pins -n --rows --client --server --edns --address --zone --verdict --rate --count --seconds'

# The words before the cursor that are no options: the command and its arguments, one a line.
_dns_fastpathctl_arguments() {
    local word skip=0
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if ((skip)); then
            skip=0
        elif [[ " $_dns_fastpathctl_valued " == *" $word "* ]]; then
            skip=1
        elif [[ $word != -* ]]; then
            printf '%s\n' "$word"
        fi
    done
}

# _dns_fastpathctl_options [COMMAND]...: lines "  -h,--help  TEXT" and "  --json  TEXT" of the help.
_dns_fastpathctl_options() {
    "${COMP_WORDS[0]}" "$@" --help 2>/dev/null | sed -n 's/^  \(-[a-zA-Z],\)\{0,1\}\(--[a-z-]*\).*/\2/p'
}

# _dns_fastpathctl_commands [COMMAND]...: in the help after "Subcommands:", up to the next empty line.
_dns_fastpathctl_commands() {
    "${COMP_WORDS[0]}" "$@" --help 2>/dev/null | sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\).*/\1/p'
}

# Those that are in use; nothing where it is not running.
_dns_fastpathctl_upstreams() {
    "${COMP_WORDS[0]}" upstreams --json 2>/dev/null | sed -n 's/.*"upstream": "\([^"]*\)".*/\1/p' | sort -u
}

# What may stand where the cursor is and is no option.
_dns_fastpathctl_choices() {
    local types='A AAAA CAA CNAME DS HTTPS MX NS PTR SOA SRV TXT'
    case "$*" in
        'cache get '* | 'cache flush '*) (($# != 3)) || echo "$types" ;;
        'explain '*) (($# != 2)) || echo "$types" ;;
        'top') echo 'names clients types' ;;
        'drain' | 'undrain') _dns_fastpathctl_upstreams ;;
        '' | 'cache') _dns_fastpathctl_commands "$@" ;;
    esac
}

_dns_fastpathctl() {
    local current=${COMP_WORDS[COMP_CWORD]} arguments command
    mapfile -t arguments < <(_dns_fastpathctl_arguments)
    command=${arguments[*]:0:1}
    if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --pins ]]; then
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
    elif [[ ${COMP_WORDS[COMP_CWORD - 1]} == --verdict ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'tx redirect drop aborted pass' -- "$current")
    elif [[ $current == -* ]]; then
        [[ $command != cache ]] || command=${arguments[*]:0:2}
        # Those of the program may also stand behind a command.
        # shellcheck disable=SC2046,SC2086 # a command may be two words
        mapfile -t COMPREPLY < <(compgen -W "$(_dns_fastpathctl_options $command && _dns_fastpathctl_options)" -- "$current" | sort -u)
    elif [[ ${arguments[*]} == 'cache save' || ${arguments[*]} == 'cache load' || ${arguments[*]} == capture ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -W "$(_dns_fastpathctl_choices "${arguments[@]}")" -- "$current")
    fi
}

complete -F _dns_fastpathctl dns-fastpathctl
