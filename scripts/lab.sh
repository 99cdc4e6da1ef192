#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The lab alone: clients, resolvers, and an authoritative server with NSD, in network namespaces.
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")
source "$scripts/lib/common.sh"
source "$scripts/lib/packages.sh"
source "$scripts/lib/apt.sh"
source "$scripts/lib/lab.sh"

usage() {
    cat <<TEXT
usage: scripts/lab.sh up | down | restart [MACHINE] | exec MACHINE COMMAND...
  up       builds the lab from nothing; what a lab of this prefix left behind is removed first
  down     ends the lab's processes and removes its namespaces and files; fine if there are none
  restart  ends the resolver of a machine (resolver) and starts it again, with an empty cache
  exec     runs a command on a machine of the lab
environment:
  LAB_PREFIX (dnsfp)     names the lab, so that several can be up
  LAB_TOPOLOGY (plain)   its machines and their links:
                           plain     $(lab_machines_plain | xargs)
                           steering  $(lab_machines_steering | xargs)
  LAB_HOSTS (2000)       the size of its zones
  LAB_RESOLVER (unbound) unbound, bind, knot-resolver, or dnsdist with Unbound behind it
  LAB_BIND_COOKIES (no)  yes: BIND answers DNS cookies, as it does by default
TEXT
}

# `up` and `down` of one prefix wait for each other. The lock's file stays: removing it would let a third one in.
take_turn() {
    mkdir -p "$(dirname "$lab_state")"
    exec 9>"$lab_state.lock"
    flock 9
}

up() {
    lab_check_topology
    lab_check_resolver
    install_missing "${lab_packages[@]}" "${resolver_package[$lab_resolver]}"
    take_turn
    lab_up
    cat <<TEXT
The lab '$lab_prefix' is up, topology $lab_topology, with $lab_resolver. For example:
  LAB_PREFIX=$lab_prefix scripts/lab.sh exec client dig @$lab_resolver4 d0001.mail.example MX
TEXT
}

restart() {
    require_lab
    take_turn
    # shellcheck source=/dev/null
    source "$lab_state/up"
    lab_restart_resolver "${1-resolver}"
}

run() {
    (($# >= 2)) || { usage >&2; exit 2; }
    require_lab
    lab_enter "$@"
}

require_lab() {
    lab_is_up || die "the lab '$lab_prefix' is not up: scripts/lab.sh up"
}

[[ $lab_prefix =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] || die "LAB_PREFIX '$lab_prefix': use letters, digits and '-'"
case ${1-} in
    up) require_root "$0" && up ;;
    down) require_root "$0" && take_turn && lab_down ;;
    restart) require_root "$0" && restart "${@:2}" ;;
    exec) require_root "$0" && run "${@:2}" ;;
    -h | --help) usage ;;
    *) usage >&2; exit 2 ;;
esac
