# SPDX-License-Identifier: Apache-2.0
# The histogram of tests/bench/latency.bpf.c, as bpftool dumps it, to microseconds at the 50th, 99th and 99.9th percentile.

# The middle of a bucket, in nanoseconds: bucket_of() the other way round.
def nanoseconds: if . < 32 then . else (((. / 16 | floor) - 1) as $e | (. - 16 * $e + 0.5) * pow(2; $e)) end;

[.[].formatted | select(.value > 0)] | sort_by(.key)
| (map(.value) | add // 0) as $count
| reduce .[] as $bucket ({seen: 0, at: []};
    .seen += $bucket.value | .at += [{seen, ns: ($bucket.key | nanoseconds)}])
| .at as $at
| if $count == 0 then empty
  else [0.5, 0.99, 0.999] | map((. * $count) as $wanted | first($at[] | select(.seen >= $wanted)).ns | . / 100 | round | . / 10)
       | map(tostring) | join(" ")
  end
