# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The lab: three network namespaces (client, resolver, auth), NSD and a resolver. scripts/lab.sh is its command line.
#
# What belongs to a lab is told by its prefix alone: namespaces PREFIX-client, -resolver, -auth and the processes in them,
# and one folder of state. So `lab_down` needs no records that a crash could lose, and cannot touch anything else.

lab_prefix=${LAB_PREFIX:-dnsfp}
lab_hosts=${LAB_HOSTS:-2000}
lab_state=/run/dns-fastpath-lab/$lab_prefix
lab_roles=(client resolver auth)
lab_templates=$repo_root/scripts/lab

source "$repo_root/scripts/lib/resolvers.sh"

lab_resolver4=198.18.0.2
lab_resolver6=2001:db8::2

lab_up() {
    lab_down
    mkdir -p "$lab_state"/{zones,log}
    lab_make_namespaces
    lab_connect client 198.18.0.10/24 2001:db8::10/64 eth0 "$lab_resolver4/24" "$lab_resolver6/64"
    lab_connect auth 198.18.100.2/24 2001:db8:100::2/64 auth0 198.18.100.1/24 2001:db8:100::1/64
    lab_configure "$lab_prefix-auth" eth0 198.18.100.3/24 2001:db8:100::3/64
    lab_make_client_like_a_nic
    lab_start_resolver_host
    lab_make_zones
    lab_start_servers
    lab_start_resolver
    lab_expect_way
    # Which resolver it is, for whoever comes without the environment.
    printf '%s=%q\n' lab_resolver "$lab_resolver" lab_bind_cookies "$lab_bind_cookies" >"$lab_state/up"
}

lab_down() {
    rm -f "$lab_state/up"
    lab_end_processes
    local role
    for role in "${lab_roles[@]}"; do
        [[ ! -e /run/netns/$lab_prefix-$role ]] || ip netns delete "$lab_prefix-$role"
    done
    rm -rf "$lab_state"
}

# lab_enter ROLE COMMAND...: becomes the command (same process), on that machine of the lab.
lab_enter() {
    local role=$1
    shift
    case $role in
        client | auth) exec nsenter --net="/run/netns/$lab_prefix-$role" -- "$@" ;;
        # Its own mount namespace holds its own /sys/fs/bpf; the working directory stays the caller's.
        resolver) exec nsenter --target "$(<"$lab_state/resolver.pid")" --net --mount --root --wdns="$PWD" -- "$@" ;;
        *) die "no machine '$role' in the lab: client, resolver or auth" ;;
    esac
}

lab_run() {
    (lab_enter "$@")
}

# lab_spawn NAME ROLE COMMAND...: the same in the background; what it prints goes to log/NAME.out of the lab's state. Its
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
    local role
    for role in "${lab_roles[@]}"; do
        ip netns add "$lab_prefix-$role"
        ip -netns "$lab_prefix-$role" link set lo up
    done
}

# lab_connect ROLE ADDR4 ADDR6 RESOLVER_IF ADDR4 ADDR6: a veth from eth0 of a machine to an interface of the resolver.
lab_connect() {
    local machine=$lab_prefix-$1 resolver=$lab_prefix-resolver
    ip link add eth0 netns "$machine" type veth peer name "$4" netns "$resolver"
    lab_configure "$machine" eth0 "$2" "$3"
    lab_configure "$resolver" "$4" "$5" "$6"
}

# nodad: an address that is still being checked for duplicates cannot be used, and this link has only two ends.
lab_configure() {
    ip -netns "$1" address add "$3" dev "$2"
    ip -netns "$1" address add "$4" dev "$2" nodad
    ip -netns "$1" link set "$2" up
}

# What a veth lacks of a NIC: it takes XDP_TX only if it runs an XDP program, leaves no room behind a packet, and leaves UDP
# checksums half done.
lab_make_client_like_a_nic() {
    lab_compile xdp_pass
    lab_compile pad_queries
    lab_run client ethtool --offload eth0 tx off >/dev/null
    lab_run client ip link set dev eth0 xdpdrv object "$lab_state/xdp_pass.o" section xdp
    lab_run client tc qdisc add dev eth0 clsact
    lab_run client tc filter add dev eth0 egress bpf direct-action object-file "$lab_state/pad_queries.o" section tc
}

lab_compile() {
    clang -target bpf -O2 -Wall -I"/usr/include/$(gcc -print-multiarch)" -c "$lab_templates/$1.bpf.c" -o "$lab_state/$1.o"
}

# The resolver's process that stays: it holds a mount namespace with a BPF file system of its own, so that the pins of the
# lab and those of a dns-fastpathd of this machine, or of another lab, never meet.
# shellcheck disable=SC2016 # expanded by the inner shell
lab_start_resolver_host() {
    nsenter --net="/run/netns/$lab_prefix-resolver" -- setsid unshare --mount --propagation private -- \
        sh -c 'mount -t bpf bpf /sys/fs/bpf && echo $$ >"$1.new" && mv "$1.new" "$1" && exec sleep infinity' \
        sh "$lab_state/resolver.pid" </dev/null >"$lab_state/log/resolver.out" 2>&1 9>&- &
    wait_until 10 test -e "$lab_state/resolver.pid" || die "the lab's resolver host: $(<"$lab_state/log/resolver.out")"
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

# From the client's end too: the resolver answers on its own machine already.
lab_expect_way() {
    local address
    for address in "$lab_resolver4" "$lab_resolver6"; do
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
    local mark edits=(--expression="s|@STATE@|$lab_state|g")
    for mark in "${@:2}"; do
        edits+=(--expression="$mark")
    done
    sed "${edits[@]}" "$lab_templates/$1.in" >"$lab_state/$1"
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

# The namespaces are the lab's own, so whatever runs in them was started in the lab.
lab_processes() {
    local role
    for role in "${lab_roles[@]}"; do
        [[ ! -e /run/netns/$lab_prefix-$role ]] || ip netns pids "$lab_prefix-$role"
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
