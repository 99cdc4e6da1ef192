# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Part `incident`: a host whose firewall looks at connections, a small table of them, and queries from many source ports, one in ten
# for a name that nobody has asked for. Who still answers?

incident_rate=50000
incident_table=2000
incident_subjects=(unbound dnsdist dns-fastpath+unbound dns-fastpath+dnsdist)
table_limit_file=/proc/sys/net/netfilter/nf_conntrack_max
table_limit_lock=/run/dns-fastpath-lab/nf_conntrack_max.lock # the same as that of tests/e2e

# --- the small table ----------------------------------------------------------------------------------------------------

has_connection_tracking() {
    modprobe --quiet nf_conntrack 2>/dev/null || true # it may be built in
    [[ -w $table_limit_file ]]
}

# It can be set in the initial namespace only, and holds for all. Somebody outside of this process waits for the lock, and so for our
# end, however that comes; 9 is the descriptor that no server of the lab gets.
take_table_limit() {
    exec 9<>"$table_limit_lock"
    flock 9
    table_limit_before=$(<"$table_limit_file")
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid --fork flock "$table_limit_lock" sh -c 'echo "$1" >"$2"' sh "$table_limit_before" "$table_limit_file" 9>&-
}

lower_table_limit() {
    echo "$incident_table" >"$table_limit_file"
}

restore_table_limit() {
    [[ -v table_limit_before ]] || return 0
    echo "$table_limit_before" >"$table_limit_file"
    unset table_limit_before
    exec 9>&-
}

track_connections() {
    lab_run resolver nft -f - <<'RULES'
table inet bench {
    chain input {
        type filter hook input priority filter; policy accept;
        ct state invalid drop
    }
}
RULES
    lab_run resolver conntrack -F >/dev/null 2>&1
}

track_no_more() {
    lab_run resolver nft 'add table inet bench; delete table inet bench' # added where it was never made
}

# --- one of them --------------------------------------------------------------------------------------------------------

# Nine of a thousand names, then one that only a wildcard has. Never the same again: each is sent on, and makes an answer of its own.
make_incident_questions() {
    awk -v total=$((incident_rate * (incident_seconds + 1))) '
        { hot[NR] = $0 }
        END {
            for (i = 0; i < total; i++) {
                print (i % 10 ? hot[i % NR + 1] : "m" i ".wild.mail.example A") " E"
            }
        }' "$work/incident.all" >"$work/incident.kxdpgun"
}

# start_subject NAME: FRONT+SERVER, or SERVER alone.
start_subject() {
    start_server "${1#dns-fastpath+}"
    [[ $1 != dns-fastpath+* ]] || put_fastpath_in_front
}

tracked() {
    lab_run resolver cat /proc/sys/net/netfilter/nf_conntrack_count
}

# What the client's interface has sent and received so far, read at one moment.
# shellcheck disable=SC2016 # awk's own
client_counts() {
    lab_run client awk '$1 == "eth0:" { print $11, $3 }' /proc/net/dev
}

# watch SUBJECT: a line for each half a second until the generator ends: seconds, share unanswered, entries. Sets tracked_most. The
# sleep is no wait for anything, but that half a second.
watch() {
    local begun sent answered sent_before answered_before entries
    begun=$(milliseconds)
    read -r sent answered < <(client_counts)
    tracked_most=0
    while kill -0 "$generator" 2>/dev/null; do
        sleep 0.5
        sent_before=$sent answered_before=$answered
        read -r sent answered < <(client_counts)
        entries=$(tracked)
        tracked_most=$((entries > tracked_most ? entries : tracked_most))
        ((sent - sent_before > incident_rate / 20)) || continue # the end: a tenth of what half a second has says nothing
        printf '%s\t%s\t%s\n' "$(awk "BEGIN { print ($(milliseconds) - $begun) / 1000 }")" \
            "$(unanswered_percent $((sent - sent_before)) $((answered - answered_before)))" "$entries"
    done >"$work/incident.$1"
}

# unanswered_percent SENT ANSWERED: an answer may be counted where its query was not yet.
unanswered_percent() {
    awk "BEGIN { share = $1 > 0 ? 100 * (1 - $2 / $1) : 0; printf \"%.2f\", (share < 0 ? 0 : share) }"
}

milliseconds() {
    date +%s%3N
}

# What it changes for the whole machine is put back outside of the subshell, which may end anywhere.
one_subject() {
    progress "incident: $1"
    take_table_limit
    apart incident "$1" incident_of "$1"
    restore_table_limit
    end_servers
    track_no_more
}

incident_of() {
    local before sent
    start_subject "$1"
    warm "$1" incident
    track_connections
    lower_table_limit
    before=$(client_received)
    begin_load "$lab_resolver4" "$work/incident.kxdpgun" "$incident_rate" "$incident_seconds"
    watch "$1"
    end_load
    sent=$(queries_sent)
    record_incident "$1" unanswered_percent "$(unanswered_percent "$sent" $(($(client_received) - before)))"
    record_incident "$1" conntrack_entries "$tracked_most"
}

record_incident() {
    record incident "$incident_rate queries/s" "$@"
}

run_part_incident() {
    local subject
    if ! has_connection_tracking; then
        record_note incident nf_conntrack "no $table_limit_file"
        return 0
    fi
    part_begins incident plain 125
    lab_end unbound
    route_back_to_resolver
    head -n 1000 "$lab_state/zones/mail.queries" >"$work/incident.all"
    make_incident_questions
    for ((round = 1; round <= rounds; round++)); do
        for subject in "${incident_subjects[@]}"; do
            one_subject "$subject"
        done
    done
    lab_down
    plot_incident
}

# Of the last round, and of those who took part.
plot_incident() {
    local plot=${output%.json}-incident.png subject shown=()
    for subject in "${incident_subjects[@]}"; do
        [[ ! -s $work/incident.$subject ]] || shown+=("$subject")
    done
    ((${#shown[@]} > 0)) || return 0
    gnuplot -e "folder='$work'" -e "subjects='${shown[*]}'" -e "rate='$incident_rate'" -e "size='$incident_table'" \
        "$repo_root/scripts/bench/incident.gnuplot" >"$plot"
    say "written: $plot"
}
