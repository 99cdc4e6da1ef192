# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Completion of dns-fastpathctl for bash: source it, or install it as /usr/share/bash-completion/completions/dns-fastpathctl.

# Options that have a value behind them.
_dns_fastpathctl_valued='--pins -n --rows --client --server --edns --address --zone --verdict --rate --count --seconds'

# The words before the cursor that are no options: the command and its arguments.
_dns_fastpathctl_arguments() {
    local word skip=0
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if ((skip)); then
            skip=0
        elif [[ " $_dns_fastpathctl_valued " == *" $word "* ]]; then
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

# The options of a command, beside those of all.
_dns_fastpathctl_options() {
    case $1 in
        'top '*) printf -- '--rows' ;;
        'explain '*) printf -- '--client --server --do --cd --ad --edns --no-edns' ;;
        'capture '*) printf -- '--address --zone --verdict --rate --count --seconds' ;;
    esac
}

_dns_fastpathctl() {
    local current=${COMP_WORDS[COMP_CWORD]} arguments choices
    case ${COMP_WORDS[COMP_CWORD - 1]} in
        --pins)
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            return
            ;;
        --verdict)
            mapfile -t COMPREPLY < <(compgen -W 'tx redirect drop aborted pass' -- "$current")
            return
            ;;
    esac
    arguments=$(_dns_fastpathctl_arguments)
    case $arguments in
        '') choices='status stats top explain capture upstreams drain undrain cache doctor reload detach' ;;
        'drain ' | 'undrain ') choices=$(_dns_fastpathctl_upstreams) ;;
        'top ') choices='names clients types' ;;
        'cache ') choices='get dump flush flush-zone flush-all save load' ;;
        'cache get '?* | 'cache flush '?* | 'explain '?*) choices='A AAAA CAA CNAME DS HTTPS MX NS PTR SOA SRV TXT' ;;
        'cache save ' | 'cache load ' | 'capture ')
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            [[ $current == -* ]] || return
            choices=''
            ;;
        *) choices='' ;;
    esac
    if [[ $current == -* ]]; then
        choices="$(_dns_fastpathctl_options "$arguments") --json --pins --help --help-all --version"
    fi
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
}

complete -F _dns_fastpathctl dns-fastpathctl
