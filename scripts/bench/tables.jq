# SPDX-License-Identifier: Apache-2.0
# The tables of scripts/bench.sh, from its JSON: headings, and rows of tab-separated cells.

def cells: map(. // "-" | tostring) | join("\t");

def number($digits): if . == null then null else . * pow(10; $digits) | round / pow(10; $digits) end;

def thousands: if . == null then null else . / 1000 | number(0) end;

# The median, and the least and most where they differ.
def spread($digits):
  if . == null then null
  elif .least == .most then .median | number($digits)
  else "\(.median | number($digits)) (\(.least | number($digits)) to \(.most | number($digits)))" end;

def heading:
  "dns-fastpath \(.commit), \(.mode) run of \(.date), \(.rounds) round\(if .rounds > 1 then "s" else "" end)",
  "\(.host.cpus) x \(.host.cpu) (\(.host.virtualization)), kernel \(.kernel), \(.bpf_compiler)",
  (if .measurements_disturbed > 0 then
    "NOT TO BE QUOTED: the machine was not idle at \(.measurements_disturbed) of the measurements" else empty end);

def packets:
  (.packets // empty) |
    (select(.cases[0]) |
      "", "A packet, by BPF_PROG_TEST_RUN: CPU ns",
      (["case", "ns", "times the floor", "verified instructions", "jited octets"] | cells),
      (.cases[] | [.case, (.ns | spread(0)), (.times_floor | spread(2)), .verified_instructions, .jited_octets] | cells)),
    (select(.growth[0]) |
      "", "A hit in a cache of many answers: CPU ns",
      (["answers", "hot", "Zipf", "uniform", "one cold load", "octets each", "fills/s"] | cells),
      (.growth[] | [.case, (.hot_ns | spread(0)), (.zipf_ns | spread(0)), (.uniform_ns | spread(0)),
        (.cold_load_ns | spread(0)), (.octets_per_entry | number(0)), (.fills_per_second | number(0))] | cells));

def lab:
  (.lab // {} | to_entries[] |
    "", "Answers from the cache: \(.key). CPU us of the machine for an answer; latency in us",
    (["server", "CPU over reflector", "answered %", "hits %", "lossless k/s", "p50", "p99", "p99.9"] | cells),
    (.value | to_entries | sort_by(.value.cpu_over_floor_us.median)[] | .value as $its |
      [.key, ($its.cpu_over_floor_us | spread(2)), $its.answered_percent.least, $its.hit_percent.least, ($its.lossless_qps.median | thousands),
       $its.p50_us.median, $its.p99_us.median, $its.p999_us.median] | cells));

def rates:
  (.rates // empty |
    "", "At ordinary rates: ns a run of the program, as the kernel counts them",
    (["rate", "reflector", "dns-fastpath"] | cells),
    (to_entries[] | [.key, (.value.reflector.run_ns | spread(0)), (.value["dns-fastpath"].run_ns | spread(0))] | cells));

def forwarding:
  (.forwarding // {} | to_entries[] |
    "", "Forwarding without a cache: \(.key). CPU us of the machine for an answer",
    (["way", "CPU over rewrite", "answered %"] | cells),
    (.value | to_entries | sort_by(.value.cpu_over_floor_us.median)[] | .value as $its |
      [.key, ($its.cpu_over_floor_us | spread(2)), ($its.answered_percent.least)] | cells));

def incident:
  (.incident // {} | to_entries[] |
    "", "The incident: a small connection tracking table, \(.key), one in ten for a new name",
    (["who", "unanswered %", "connections tracked"] | cells),
    (.value | to_entries[] | [.key, (.value.unanswered_percent | spread(1)), (.value.conntrack_entries | spread(0))] | cells));

def notes: (.notes | unique[] | "", "\(.part), \(.subject): \(.text)");

# --- what is aimed at, each as a ratio in one run -------------------------------------------------------------------------

def ratio($ours; $theirs): if $ours == null or ($theirs // 0) <= 0 then null else $ours / $theirs end;

# A server that does not keep up with the rate shows no honest CPU time.
def keeps_up: .answered_percent.least >= 99;

def best_cpu($servers): [.[$servers[]]? | select(. != null and keeps_up).cpu_over_floor_us.median] | min;

def aims_for_packets:
  .packets // empty
  | ([.cases[]? | select(.case | startswith("hit")).times_floor.median // empty] | max
      | ["the dearest hot hit, of the floor program", ., "most", 2]),
    (.growth[]? | select(.entries == 1000000) |
      ["\(.case): Zipf(1.0), of a hot hit", .zipf_by_hot.median, "most", 2.5],
      ["\(.case): uniform, in cold loads", .uniform_by_cold_load.median, "most", 2.5]);

def aims:
  ["unbound", "bind", "dnsdist", "dnsmasq", "knot-resolver", "knot-resolver-xdp"] as $caches
  | (.lab // {} | to_entries[] | .key as $data | .value | .["dns-fastpath"] as $ours | select($ours) |
      ["\($data): CPU over the reflector, of the best cache's", ratio($ours.cpu_over_floor_us.median; best_cpu($caches)), "most", 0.05],
      ["\($data): the same, of Knot DNS's AF_XDP", ratio($ours.cpu_over_floor_us.median; best_cpu(["knot-dns-xdp"])), "most", 0.2],
      ["\($data): lossless rate, of the reflector's", ratio($ours.lossless_qps.median; .reflector.lossless_qps.median), "least", 0.95],
      ["\($data): p99, of the reflector's", ratio($ours.p99_us.median; .reflector.p99_us.median), "most", 3]),
    (.forwarding // {} | to_entries[] | .key as $data | .value |
      ["\($data): CPU over the rewrite, of dnsdist's",
       ratio(.["dns-fastpath"].cpu_over_floor_us.median; .dnsdist.cpu_over_floor_us.median), "most", 0.125]);

def verdict: . as [$what, $ratio, $bound, $aim] | if $bound == "most" then $ratio <= $aim else $ratio >= $aim end;

def targets:
  [aims_for_packets, aims | select(.[1] != null)] | select(length > 0) |
    "", "Aims, as ratios in this run",
    (["what", "ratio", "at", "", "met"] | cells),
    (.[] | [.[0], (.[1] | number(3)), .[2], .[3], (if verdict then "yes" else "NO" end)] | cells);

heading, packets, lab, rates, forwarding, incident, notes, targets
