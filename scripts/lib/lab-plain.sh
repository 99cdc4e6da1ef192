# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The topology `plain`: a client, a resolver that the fast path is to stand before, the authoritative server. Sourced by lab.sh.

lab_machines_plain() {
    printf '%s\n' client resolver auth
}

lab_resolver4=198.18.0.2
lab_resolver6=2001:db8::2

lab_make_links_plain() {
    lab_connect client 198.18.0.10/24 2001:db8::10/64 eth0 "$lab_resolver4/24" "$lab_resolver6/64"
    lab_connect auth 198.18.100.2/24 2001:db8:100::2/64 auth0 198.18.100.1/24 2001:db8:100::1/64
    lab_add_addresses auth eth0 198.18.100.3/24 2001:db8:100::3/64
    lab_complete_checksums client eth0
    lab_take_xdp client eth0
    lab_pad_queries client eth0
}

# lab_connect MACHINE ADDRESS4 ADDRESS6 INTERFACE ADDRESS4 ADDRESS6: from eth0 of a machine to an interface of the resolver.
lab_connect() {
    lab_link "$1" eth0 resolver "$4"
    lab_configure "$1" eth0 "$2" "$3"
    lab_configure resolver "$4" "$5" "$6"
}

lab_start_resolvers_plain() {
    lab_start_host resolver
    lab_start_resolver
    lab_expect_way "$lab_resolver4" "$lab_resolver6"
}

lab_restart_resolver_plain() {
    [[ $1 == resolver ]] || die "no resolver on '$1'"
    lab_end_resolver
    lab_start_resolver
}
