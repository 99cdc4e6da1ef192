# SPDX-License-Identifier: Apache-2.0
# The JSON of scripts/bench.sh: PART.DATA.SUBJECT.METRIC = {unit, better, resolution, median, least, most, values}, one value for each round.

def lines($text): $text | split("\n")[] | select(. != "") | split("\t");

# Of an even number the lower of the two in the middle: always a value that was measured.
def spread: {median: (sort | .[(length - 1) / 2 | floor]), least: min, most: max, values: .};

# `resolution`: a difference below it is none.
def metrics: {
  cpu_us: {unit: "us CPU of the machine for an answered query", better: "less", resolution: 0.05},
  cpu_over_floor_us: {unit: "us CPU of the machine for an answered query, less the floor", better: "less", resolution: 0.05},
  answered_percent: {unit: "%", better: "more", resolution: 0.5},
  hit_percent: {unit: "%", better: "more", resolution: 0.5},
  unanswered_percent: {unit: "%", better: "less", resolution: 0.5},
  conntrack_entries: {unit: "entries", better: "less", resolution: 50},
  run_ns: {unit: "ns a run", better: "less", resolution: 30},
  lossless_qps: {unit: "queries/s", better: "more", resolution: 0},
  p50_us: {unit: "us", better: "less", resolution: 1},
  p99_us: {unit: "us", better: "less", resolution: 2},
  p999_us: {unit: "us", better: "less", resolution: 10}
};

# Who is the floor; the difference is that to the same round's.
def floors: {lab: "reflector", forwarding: "rewrite"};

reduce lines($figures) as [$part, $data, $subject, $metric, $value]
  ({}; .[$part][$data][$subject][$metric] += [$value | tonumber])
| with_entries(
    floors[.key] as $floor
    | .value[] |= (
        (if $floor then .[$floor].cpu_us else null end) as $floor_us
        | .[] |= (
            if $floor_us and .cpu_us then
              .cpu_over_floor_us = [[.cpu_us, $floor_us] | transpose[] | select(all) | ((.[0] - .[1]) * 1000 | round / 1000)]
            else . end
            | with_entries(.value = metrics[.key] + (.value | spread)))))
| {
    schema: 1, date: $date, mode: $mode, rounds: $rounds, seconds: $seconds, measurements_disturbed: $disturbed,
    host: {cpu: $cpu, cpus: $cpus, memory_kb: $memory_kb, virtualization: $virtualization},
    kernel: $kernel, compiler: $compiler, bpf_compiler: $bpf_compiler, commit: $commit, program: $program,
    versions: ([lines($versions) | {(.[0]): .[1]}] | add),
    notes: [lines($notes) | {part: .[0], subject: .[1], text: .[2]}]
  } + .
+ (if $packets[0] then {packets: $packets[0]} else {} end)
