# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The topology `steering`: a client, two fast-path hosts with an Unbound each, three resolvers in two availability zones, a
# corporate resolver that alone knows corp.example, a stranger, the authoritative server. All of them are on one Ethernet
# segment; a second link joins fp1 and corp. Sourced by lab.sh.

lab_machines_steering() {
    printf '%s\n' switch client stranger fp1 fp2 az1a az1b az2a corp auth
}

declare -A lab_address4=(
    [client]=198.18.0.10
    [stranger]=198.18.66.6
    [fp1]=198.18.0.2
    [fp2]=198.18.0.3
    [az1a]=198.18.1.11
    [az1b]=198.18.1.12
    [az2a]=198.18.2.11
    [corp]=198.18.3.53
    [auth]=198.18.100.2
)
declare -A lab_address6=(
    [client]=2001:db8::10
    [stranger]=2001:db8::66:6
    [fp1]=2001:db8::2
    [fp2]=2001:db8::3
    [az1a]=2001:db8::1:11
    [az1b]=2001:db8::1:12
    [az2a]=2001:db8::2:11
    [corp]=2001:db8::3:53
    [auth]=2001:db8:100::2
)
lab_fast_path_hosts=(fp1 fp2)
lab_steering_resolvers=(fp1 fp2 az1a az1b az2a corp)

lab_make_links_steering() {
    local machine
    ip -netns "$lab_prefix-switch" link add segment type bridge mcast_snooping 0
    ip -netns "$lab_prefix-switch" link set segment up
    for machine in "${!lab_address4[@]}"; do
        lab_plug "$machine"
    done
    lab_add_addresses auth eth0 198.18.100.3/16 2001:db8:100::3/32
    lab_add_addresses client eth0 198.18.9.10/16 2001:db8::9:10/32
    lab_pad_queries client eth0
    lab_link_fp1_and_corp
}

# lab_plug MACHINE: its eth0 to a port of the switch, which is named like the machine. The whole lab is on-link.
lab_plug() {
    lab_link "$1" eth0 switch "$1"
    ip -netns "$lab_prefix-switch" link set "$1" master segment up
    lab_take_xdp switch "$1"
    lab_configure "$1" eth0 "${lab_address4[$1]}/16" "${lab_address6[$1]}/32"
    lab_complete_checksums "$1" eth0
}

# Whom fp1 reaches at these addresses of corp, it reaches over another interface than its clients (XDP_REDIRECT).
lab_link_fp1_and_corp() {
    lab_link fp1 eth1 corp eth1
    lab_configure fp1 eth1 198.19.0.2/24 2001:db8:19::2/64
    lab_configure corp eth1 198.19.0.53/24 2001:db8:19::53/64
    lab_complete_checksums fp1 eth1
    lab_complete_checksums corp eth1
    lab_take_xdp corp eth1
}

# All at once, because each takes a moment to begin.
lab_start_resolvers_steering() {
    local machine address
    [[ $lab_resolver == unbound ]] || die "LAB_RESOLVER '$lab_resolver': the topology steering has Unbound only"
    for machine in "${lab_fast_path_hosts[@]}"; do
        lab_start_host "$machine"
    done
    for machine in "${lab_steering_resolvers[@]}"; do
        lab_spawn_unbound_of "$machine"
    done
    for machine in "${lab_steering_resolvers[@]}"; do
        lab_expect_unbound_of "$machine"
        for address in "${lab_address4[$machine]}" "${lab_address6[$machine]}"; do
            lab_expect_way "$address"
        done
    done
}

# lab_spawn_unbound_of MACHINE: as NAME `unbound-MACHINE`.
lab_spawn_unbound_of() {
    lab_spawn_unbound "unbound-$1" "$1" 53 "${lab_address4[$1]}" "${lab_address6[$1]}"
}

lab_expect_unbound_of() {
    lab_expect_answers "unbound-$1" "$1" 53 "${lab_address4[$1]}" "${lab_address6[$1]}"
}

lab_restart_resolver_steering() {
    [[ " ${lab_steering_resolvers[*]} " == *" $1 "* ]] || die "no resolver on '$1'"
    lab_end "unbound-$1"
    lab_spawn_unbound_of "$1"
    lab_expect_unbound_of "$1"
}
