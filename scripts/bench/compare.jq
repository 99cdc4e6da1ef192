# SPDX-License-Identifier: Apache-2.0
# What scripts/bench-compare.sh prints: {lines, worse, compared}. A figure is any object with a median, wherever it stands in the JSON.

# Rows of a list are told by their case, for a new one shifts all behind it.
def name($document):
  .path as $path
  | [range($path | length) | . as $i
     | if $path[$i] | type == "number" then $document | getpath($path[:$i + 1]).case // $path[$i] else $path[$i] end]
  | map(tostring) | join(" / ");

def figures:
  . as $document
  | [paths(type == "object" and has("median")) as $path
     | {path: $path, figure: getpath($path)} | {key: name($document), value: .figure}];

def magnitude: if . < 0 then -. else . end;

# A run of one round has no spread.
def overlap($old; $new): ($old.least < $old.most or $new.least < $new.most)
  and $old.least <= $new.most and $new.least <= $old.most;

def verdict($old; $new):
  ($new.median - $old.median) as $change
  | if ($change | magnitude) <= ([$bound / 100 * ($old.median | magnitude), $old.resolution // 0] | max)
      or overlap($old; $new) then "within noise"
    elif ($change > 0) == ($old.better == "more") then "better"
    else "WORSE" end;

def percent($old; $new):
  if $old == 0 then "-" else ($new - $old) / ($old | magnitude) * 1000 | round | . / 10 | if . > 0 then "+\(.)" else "\(.)" end end;

def row: [.name, .old.median, .new.median, percent(.old.median; .new.median), .verdict] | map(tostring) | join("\t");

def warnings:
  $old[0] as $a | $new[0] as $b
  | (if $a.host != $b.host or $a.kernel != $b.kernel then
       "Other machine or other kernel: compare ratios, not these figures." else empty end),
    (if $a.mode != $b.mode then "A quick run and a full one: only what both asked for is compared." else empty end),
    (if $a.measurements_disturbed + $b.measurements_disturbed > 0 then
       "The machine was not idle at some of the measurements: this says little." else empty end);

($new[0] | figures | from_entries) as $others
| [$old[0] | figures[] | select(.key | in($others))
   | {name: .key, old: .value, new: $others[.key]} | .verdict = verdict(.old; .new)] as $both
| ([$both[] | select(.verdict == "WORSE")] | length) as $worse
| ([$both[] | select(.verdict == "better")] | length) as $better
| {worse: $worse, compared: ($both | length),
   lines: [
     "old: \($old[0].commit), \($old[0].date)", "new: \($new[0].commit), \($new[0].date)", warnings,
     (["figure", "old", "new", "change %", ""] | join("\t")),
     ($both[] | select($all or .verdict != "within noise") | row),
     "\($both | length) figures in both runs, \($better) better, \($worse) worse, bound \($bound) %"]}
