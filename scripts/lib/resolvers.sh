# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The lab's resolver: Unbound, or another one that LAB_RESOLVER names. All of them serve the same zones on the same addresses,
# and on the resolver's own loopback. Sourced by lab.sh, whose parts it uses.

lab_resolver=${LAB_RESOLVER:-unbound}
lab_bind_cookies=${LAB_BIND_COOKIES:-no}

lab_check_resolver() {
    [[ -v resolver_package[$lab_resolver] ]] ||
        die "LAB_RESOLVER '$lab_resolver': use one of $(printf '%s\n' "${!resolver_package[@]}" | sort | xargs)"
    [[ $lab_bind_cookies == yes || $lab_bind_cookies == no ]] || die "LAB_BIND_COOKIES '$lab_bind_cookies': use yes or no"
}

lab_start_resolver() {
    "lab_start_${lab_resolver//-/_}"
}

lab_start_unbound() {
    lab_start_unbound_on_port 53
}

lab_start_unbound_on_port() {
    lab_render unbound.conf "s|@UNBOUND_PORT@|$1|g"
    lab_spawn unbound resolver "${lab_unconfined[@]}" unbound -d -c "$lab_state/unbound.conf"
    lab_expect_answers unbound "$1"
}

lab_start_bind() {
    lab_bind_anchors >"$lab_state/bind.anchors"
    lab_render bind.conf "s|@BIND_COOKIES@|$lab_bind_cookies|g"
    lab_spawn bind resolver "${lab_unconfined[@]}" named -g -c "$lab_state/bind.conf"
    lab_expect_answers bind 53
}

# From the DS records that ldns wrote: BIND has a statement of its own for them.
lab_bind_anchors() {
    printf 'trust-anchors {\n'
    awk '$3 == "DS" { printf "    \"%s\" static-ds %s %s %s \"%s\";\n", $1, $4, $5, $6, $7 }' "$lab_state"/zones/*.anchor
    printf '};\n'
}

# Its cache is a file that outlives it.
lab_start_knot_resolver() {
    rm -rf "$lab_state/kresd-cache"
    mkdir "$lab_state/kresd-cache"
    lab_render knot-resolver.conf
    lab_spawn knot-resolver resolver "${lab_unconfined[@]}" kresd -n -c "$lab_state/knot-resolver.conf" "$lab_state"
    lab_expect_answers knot-resolver 53
}

lab_start_dnsdist() {
    lab_start_unbound_on_port 5300
    lab_render dnsdist.conf "s|@UNBOUND_PORT@|5300|g"
    lab_spawn dnsdist resolver "${lab_unconfined[@]}" dnsdist --supervised --disable-syslog -C "$lab_state/dnsdist.conf"
    lab_expect_answers dnsdist 53
}

# lab_expect_answers SERVER PORT: asked on its own machine, where no fast path answers for it.
lab_expect_answers() {
    local address
    for address in "$lab_resolver4" "$lab_resolver6" 127.0.0.1; do
        wait_until 20 lab_answers resolver "$address" mail.example SOA -p "$2" ||
            die "$1 does not answer on $address, port $2; the end of its log: $(lab_log "$1")"
    done
}

# Ends the resolver, and starts it again with nothing in its cache.
lab_restart_resolver() {
    local server
    for server in unbound bind knot-resolver dnsdist; do
        [[ ! -e $lab_state/$server.pid ]] || lab_end "$server"
    done
    lab_start_resolver
}

# lab_end SERVER: one that lab_spawn started.
lab_end() {
    local pid
    pid=$(<"$lab_state/$1.pid")
    rm "$lab_state/$1.pid"
    kill "$pid" 2>/dev/null || return 0
    wait_until 10 lab_has_ended "$pid" || die "$1, process $pid, does not end; the end of its log: $(lab_log "$1")"
}

lab_has_ended() {
    ! kill -0 "$1" 2>/dev/null
}
