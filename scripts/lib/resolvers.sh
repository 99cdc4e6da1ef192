# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The lab's resolvers: Unbound, or in the plain topology another one that LAB_RESOLVER names. All of them serve the same zones on
# the addresses of their machine, and on its own loopback. Sourced by lab.sh, whose parts it uses.

lab_resolver=${LAB_RESOLVER:-unbound}
lab_bind_cookies=${LAB_BIND_COOKIES:-no}

lab_check_resolver() {
    [[ -v resolver_package[$lab_resolver] ]] ||
        die "LAB_RESOLVER '$lab_resolver': use one of $(printf '%s\n' "${!resolver_package[@]}" | sort | xargs)"
    [[ $lab_bind_cookies == yes || $lab_bind_cookies == no ]] || die "LAB_BIND_COOKIES '$lab_bind_cookies': use yes or no"
}

# --- of the plain topology: on the machine `resolver` -------------------------------------------------------------------

lab_start_resolver() {
    "lab_start_${lab_resolver//-/_}"
}

lab_start_unbound() {
    lab_start_unbound_on_port 53
}

lab_start_unbound_on_port() {
    lab_spawn_unbound unbound resolver "$1" "$lab_resolver4" "$lab_resolver6"
    lab_expect_resolver unbound "$1"
}

lab_start_bind() {
    lab_bind_anchors >"$lab_state/bind.anchors"
    lab_render bind.conf "s|@BIND_COOKIES@|$lab_bind_cookies|g"
    lab_spawn bind resolver "${lab_unconfined[@]}" named -g -c "$lab_state/bind.conf"
    lab_expect_resolver bind 53
}

# From the DS records that ldns wrote: BIND has a statement of its own for them.
lab_bind_anchors() {
    printf 'trust-anchors {\n'
    awk '$3 == "DS" { printf "    \"%s\" static-ds %s %s %s \"%s\";\n", $1, $4, $5, $6, $7 }' "$lab_state"/zones/*.anchor
    printf '};\n'
}

# lab_start_knot_resolver SCRIPT...
lab_start_knot_resolver() {
    lab_render_knot_resolver "$@"
    lab_spawn knot-resolver resolver "${lab_unconfined[@]}" kresd -n -c "$lab_state/knot-resolver.conf" "$lab_state"
    lab_expect_resolver knot-resolver 53
}

# Its cache is a file that outlives it.
lab_render_knot_resolver() {
    rm -rf "$lab_state/kresd-cache"
    mkdir "$lab_state/kresd-cache"
    lab_render knot-resolver.conf "$@"
}

lab_start_dnsdist() {
    lab_start_unbound_on_port 5300
    lab_render dnsdist.conf "s|@UNBOUND_PORT@|5300|g"
    lab_spawn dnsdist resolver "${lab_unconfined[@]}" dnsdist --supervised --disable-syslog -C "$lab_state/dnsdist.conf"
    lab_expect_resolver dnsdist 53
}

lab_expect_resolver() {
    lab_expect_answers "$1" resolver "$2" "$lab_resolver4" "$lab_resolver6"
}

lab_end_resolver() {
    local server
    for server in unbound bind knot-resolver dnsdist; do
        [[ ! -e $lab_state/$server.pid ]] || lab_end "$server"
    done
}

# --- of any machine -----------------------------------------------------------------------------------------------------

# lab_spawn_unbound NAME MACHINE PORT ADDRESS4 ADDRESS6. What only this machine's Unbound knows is in MACHINE.unbound.conf.in, where
# there is such a file.
lab_spawn_unbound() {
    lab_render_unbound "$@"
    lab_spawn "$1" "$2" "${lab_unconfined[@]}" unbound -d -c "$lab_state/$1.conf"
}

lab_render_unbound() {
    lab_render_as "$1.conf" unbound.conf "s|@NAME@|$1|g" "s|@MACHINE@|$2|g" "s|@PORT@|$3|g" "s|@ADDRESS4@|$4|g" \
        "s|@ADDRESS6@|$5|g"
    [[ ! -e $lab_templates/$2.unbound.conf.in ]] || cat "$lab_templates/$2.unbound.conf.in" >>"$lab_state/$1.conf"
}

# lab_expect_answers SERVER MACHINE PORT ADDRESS...: asked on its own machine, where no fast path answers for it.
lab_expect_answers() {
    local address
    for address in "${@:4}" 127.0.0.1; do
        wait_until 20 lab_answers "$2" "$address" mail.example SOA -p "$3" ||
            die "$1 does not answer on $address, port $3; the end of its log: $(lab_log "$1")"
    done
}

# Ends a machine's resolver, and starts it again with nothing in its cache.
lab_restart_resolver() {
    "lab_restart_resolver_$lab_topology" "$1"
}

# lab_end SERVER: one that lab_spawn started. One that has ended already may have left its number to another process.
lab_end() {
    local pid
    pid=$(<"$lab_state/$1.pid")
    rm "$lab_state/$1.pid"
    lab_processes | grep -qx "$pid" || return 0
    kill "$pid" 2>/dev/null || return 0
    wait_until 10 lab_has_ended "$pid" || die "$1, process $pid, does not end; the end of its log: $(lab_log "$1")"
}

lab_has_ended() {
    ! kill -0 "$1" 2>/dev/null
}
