# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Completion of dns-fastpathctl for bash: source it, or install it as /usr/share/bash-completion/completions/dns-fastpathctl.

# The words before the cursor that are no options: the command and its arguments.
_dns_fastpathctl_arguments() {
    local word skip=0
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if ((skip)); then
            skip=0
        elif [[ $word == --pins ]]; then
            skip=1
        elif [[ $word != -* ]]; then
            printf '%s ' "$word"
        fi
    done
}

# Those that are in use; nothing where it is not running.
_dns_fastpathctl_upstreams() {
    dns-fastpathctl upstreams --json 2>/dev/null | sed -n 's/.*"upstream": "\([^"]*\)".*/\1/p' | sort -u
}

_dns_fastpathctl() {
    local current=${COMP_WORDS[COMP_CWORD]} choices
    if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --pins ]]; then
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
    fi
    case $(_dns_fastpathctl_arguments) in
        '') choices='status stats upstreams drain undrain cache doctor detach' ;;
        'drain ' | 'undrain ') choices=$(_dns_fastpathctl_upstreams) ;;
        'cache ') choices='get dump flush flush-zone flush-all' ;;
        'cache get '?* | 'cache flush '?*) choices='A AAAA CAA CNAME DS HTTPS MX NS PTR SOA SRV TXT' ;;
        *) choices='' ;;
    esac
    if [[ $current == -* ]]; then
        choices='--json --pins --help --help-all --version'
    fi
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
}

complete -F _dns_fastpathctl dns-fastpathctl
