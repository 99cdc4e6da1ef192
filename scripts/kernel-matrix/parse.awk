# SPDX-License-Identifier: Apache-2.0
# Turns the output of run-tests into tab-separated rows, one for each of the comma-separated `programs`:
#   test      KERNEL PROGRAM RESULT TESTS SECONDS
#   verified  KERNEL COMPILER BPF_PROGRAM INSTRUCTIONS OCTETS SECONDS
# `kernel` names the row until the transcript does, `limit` is the time limit of one program in seconds.
BEGIN {
    FS = "[ \t\r]+"
    OFS = "\t"
}

/^@@matrix kernel / { kernel = $3 }
/^@@matrix begin / { passed[$3] = skipped[$3] = 0; current = $3 }
/^@@matrix end / {
    seconds[$3] = $6 - $5
    result[$3] = judge($4, passed[$3], skipped[$3], seconds[$3])
}
# GoogleTest's summary.
/^\[  PASSED  \] [0-9]+ test/ { passed[current] = $4 }
/^\[  SKIPPED \] [0-9]+ test/ { skipped[current] = $4 }
/^\[==========\] [0-9]+ tests? from .* ran\./ { ran[current] = $2 }
# What a test says the verifier walked for a BPF program.
/^VERIFIED [^ ]+ [^ ]+ [0-9]+/ { print "verified", kernel, $2, $3, $4, $5, $6 }

END {
    count = split(programs, names, ",")
    for (i = 1; i <= count; i++) {
        name = names[i]
        print "test", kernel, name, (name in result) ? result[name] : "no result", ran[name] + 0,
            sprintf("%.1f", seconds[name])
    }
}

# A test that was skipped has shown nothing about this kernel, nor has a program without any test.
function judge(status, passes, skips, duration) {
    if (status == 137 && duration >= limit) {
        return "time limit"
    }
    if (status > 128) {
        return "signal " (status - 128)
    }
    if (status != 0) {
        return "fail"
    }
    if (skips > 0) {
        return skips " skipped"
    }
    return passes > 0 ? "pass" : "no tests"
}
