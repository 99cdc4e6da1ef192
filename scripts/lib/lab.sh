# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The lab: machines that are network namespaces, NSD and resolvers. scripts/lab.sh is its command line; which machines there are
# and how they are linked is for the topologies, lab-plain.sh and lab-steering.sh.
#
# What belongs to a lab is told by its prefix alone: namespaces PREFIX-MACHINE and the processes in them, and one folder of
# state. So `lab_down` needs no records that a crash could lose, and cannot touch anything else.

lab_prefix=${LAB_PREFIX:-dnsfp}
lab_hosts=${LAB_HOSTS:-2000}
lab_topology=${LAB_TOPOLOGY:-plain}
lab_state=/run/dns-fastpath-lab/$lab_prefix
lab_templates=$repo_root/scripts/lab

source "$repo_root/scripts/lib/resolvers.sh"
source "$repo_root/scripts/lib/lab-plain.sh"
source "$repo_root/scripts/lib/lab-steering.sh"

lab_topologies=(plain steering)

lab_check_topology() {
    [[ " ${lab_topologies[*]} " == *" $lab_topology "* ]] ||
        die "LAB_TOPOLOGY '$lab_topology': use one of ${lab_topologies[*]}"
}

lab_up() {
    lab_down
    mkdir -p "$lab_state"/{zones,log}
    lab_compile xdp_pass
    lab_compile pad_queries
    lab_make_namespaces
    "lab_make_links_$lab_topology"
    lab_make_zones
    lab_start_servers
    "lab_start_resolvers_$lab_topology"
    # What it is, for whoever comes without the environment.
    printf '%s=%q\n' lab_topology "$lab_topology" lab_resolver "$lab_resolver" lab_bind_cookies "$lab_bind_cookies" \
        >"$lab_state/up"
}

lab_down() {
    rm -f "$lab_state/up"
    lab_end_processes
    local namespace
    for namespace in $(lab_namespaces); do
        ip netns delete "$namespace"
    done
    rm -rf "$lab_state"
}

# lab_enter MACHINE COMMAND...: becomes the command (same process), on that machine of the lab.
lab_enter() {
    local namespace=/run/netns/$lab_prefix-$1 host=$lab_state/$1.pid
    [[ -e $namespace ]] || die "no machine '$1' in the lab"
    shift
    if [[ -e $host ]]; then
        # Its own mount namespace holds its own /sys/fs/bpf; the working directory stays the caller's.
        exec nsenter --target "$(<"$host")" --net --mount --root --wdns="$PWD" -- "$@"
    fi
    exec nsenter --net="$namespace" -- "$@"
}

lab_run() {
    (lab_enter "$@")
}

# lab_spawn NAME MACHINE COMMAND...: the same in the background; what it prints goes to log/NAME.out of the lab's state. Its
# own session keeps it from a Ctrl-C that is meant for the script. The process id is in $! and in NAME.pid of the lab's state.
lab_spawn() {
    local name=$1
    shift
    (lab_enter "$1" setsid "${@:2}") </dev/null >>"$lab_state/log/$name.out" 2>&1 9>&- &
    printf '%s\n' $! >"$lab_state/$name.pid"
}

lab_is_up() {
    [[ -e $lab_state/up ]]
}

# --- parts of lab_up --------------------------------------------------------------------------------------------------

lab_make_namespaces() {
    local machine
    for machine in $("lab_machines_$lab_topology"); do
        ip netns add "$lab_prefix-$machine"
        ip -netns "$lab_prefix-$machine" link set lo up
    done
}

# lab_link MACHINE INTERFACE MACHINE INTERFACE: a veth between two machines.
lab_link() {
    ip link add "$2" netns "$lab_prefix-$1" type veth peer name "$4" netns "$lab_prefix-$3"
}

# lab_configure MACHINE INTERFACE ADDRESS4 ADDRESS6. nodad: an address that is still being checked for duplicates cannot be
# used, and the lab has none.
lab_configure() {
    lab_add_addresses "$@"
    ip -netns "$lab_prefix-$1" link set "$2" up
}

lab_add_addresses() {
    ip -netns "$lab_prefix-$1" address add "$3" dev "$2"
    ip -netns "$lab_prefix-$1" address add "$4" dev "$2" nodad
}

# What a veth lacks of a NIC's far end: it takes XDP_TX and XDP_REDIRECT only if it runs an XDP program.
lab_take_xdp() {
    lab_run "$1" ip link set dev "$2" xdpdrv object "$lab_state/xdp_pass.o" section xdp
}

# ... it leaves UDP checksums half done.
lab_complete_checksums() {
    lab_run "$1" ethtool --offload "$2" tx off >/dev/null
}

# ... and it leaves no room behind a packet.
lab_pad_queries() {
    lab_run "$1" tc qdisc add dev "$2" clsact
    lab_run "$1" tc filter add dev "$2" egress bpf direct-action object-file "$lab_state/pad_queries.o" section tc
}

lab_compile() {
    clang -target bpf -O2 -Wall -I"/usr/include/$(gcc -print-multiarch)" -c "$lab_templates/$1.bpf.c" -o "$lab_state/$1.o"
}

# lab_start_host MACHINE: the process of a fast-path host that stays: it holds a mount namespace with a BPF file system of its
# own, so that the pins of one host and those of this machine, of another host or of another lab never meet.
# shellcheck disable=SC2016 # expanded by the inner shell
lab_start_host() {
    nsenter --net="/run/netns/$lab_prefix-$1" -- setsid unshare --mount --propagation private -- \
        sh -c 'mount -t bpf bpf /sys/fs/bpf && echo $$ >"$1.new" && mv "$1.new" "$1" && exec sleep infinity' \
        sh "$lab_state/$1.pid" </dev/null >"$lab_state/log/$1.out" 2>&1 9>&- &
    wait_until 10 test -e "$lab_state/$1.pid" || die "the lab's host $1: $(<"$lab_state/log/$1.out")"
}

lab_make_zones() (
    cd "$lab_state/zones" || die "no folder $lab_state/zones"
    awk -v dir=. -v hosts="$lab_hosts" -f "$lab_templates/zones.awk"
    lab_sign signed.example
    lab_sign nsec3.example -n -t 0
    sed -i '/^bogus\./s/198\.18\.127\.11/198.18.127.12/' signed.example.zone.signed
)

# lab_sign ZONE OPTIONS...: the options are those of ldns-signzone. ZONE.anchor gets its DS record.
lab_sign() {
    local key
    key=$(ldns-keygen -a ECDSAP256SHA256 -k "$1")
    cp "$key.ds" "$1.anchor"
    ldns-signzone "${@:2}" "$1.zone" "$key"
}

lab_start_servers() {
    lab_start_nsd nsd 198.18.100.2 mail.example
    lab_start_nsd nsd-root 198.18.100.3 .
}

# lab_start_nsd NAME ADDRESS ZONE
lab_start_nsd() {
    lab_render "$1.conf"
    lab_spawn "$1" auth "${lab_unconfined[@]}" nsd -d -c "$lab_state/$1.conf"
    wait_until 20 lab_answers auth "$2" "$3" SOA || die "NSD does not answer on $2; the end of its log: $(lab_log "$1")"
}

# lab_expect_way ADDRESS...: from the client's end too; each resolver answers on its own machine already.
lab_expect_way() {
    local address
    for address in "$@"; do
        wait_until 20 lab_answers client "$address" mail.example SOA || die "no answer of $address reaches the client"
    done
}

# dig says on standard output that nobody answers, and ends well with an answer of any RCODE.
lab_answers() {
    local answer
    answer=$(lab_run "$1" dig +short +time=1 +tries=1 "@$2" "${@:3}") && [[ -n $answer ]]
}

# lab_render NAME SCRIPT...: from the template NAME.in, by sed; each SCRIPT replaces one mark.
lab_render() {
    lab_render_as "$1" "$@"
}

# lab_render_as OUTPUT NAME SCRIPT...: several of one template; NAME may lead to another folder.
lab_render_as() {
    local mark edits=(--expression="s|@STATE@|$lab_state|g")
    for mark in "${@:3}"; do
        edits+=(--expression="$mark")
    done
    sed "${edits[@]}" "$lab_templates/$2.in" >"$lab_state/$1"
}

# Each with its path, also where there is only one.
lab_log() {
    tail --verbose --lines=20 "$lab_state/log/$1.out" "$lab_state/log/$1.log" 2>/dev/null
}

# Debian's AppArmor profiles keep the servers to /etc and /var/lib; the lab's files are elsewhere.
lab_unconfined=()
if [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) == Y ]] && command -v aa-exec >/dev/null; then
    lab_unconfined=(aa-exec -p unconfined --)
fi

# --- parts of lab_down ------------------------------------------------------------------------------------------------

# Those of any topology: an earlier lab of this prefix may have had another one.
lab_namespaces() {
    local topology machine
    for topology in "${lab_topologies[@]}"; do
        for machine in $("lab_machines_$topology"); do
            [[ ! -e /run/netns/$lab_prefix-$machine ]] || printf '%s\n' "$lab_prefix-$machine"
        done
    done | sort -u
}

# The namespaces are the lab's own, so whatever runs in them was started in the lab.
lab_processes() {
    local namespace
    for namespace in $(lab_namespaces); do
        ip netns pids "$namespace"
    done
}

lab_is_quiet() {
    [[ -z $(lab_processes) ]]
}

lab_end_processes() {
    lab_signal TERM
    wait_until 5 lab_is_quiet || lab_signal KILL
    wait_until 5 lab_is_quiet || die "processes of the lab do not end: $(lab_processes | xargs)"
}

lab_signal() {
    local pid
    for pid in $(lab_processes); do
        kill -"$1" "$pid" 2>/dev/null || true # it may have ended by itself
    done
}
