# SPDX-License-Identifier: Apache-2.0
# The incident over time, as PNG on standard output. Set by part-incident.sh: folder, with a file incident.SUBJECT for each of the
# subjects (seconds, share unanswered, entries); rate and size, as text.
set terminal pngcairo size 1000, 700 font "sans,11"
set multiplot layout 2, 1 title sprintf("Connection tracking with room for %s, %s queries/s from many ports", size, rate)
set grid
set xrange [0:*]
set key outside right top
set style data lines
file(subject) = folder . "/incident." . subject

set ylabel "queries unanswered, %"
set yrange [-3:103]
plot for [subject in subjects] file(subject) using 1:2 linewidth 2 title subject noenhanced

set ylabel "connections tracked"
set xlabel "seconds"
set yrange [0:1.1 * size]
plot for [subject in subjects] file(subject) using 1:3 linewidth 2 title subject noenhanced
unset multiplot
