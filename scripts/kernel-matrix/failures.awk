# SPDX-License-Identifier: Apache-2.0
# Leaves of a GoogleTest transcript what matters for a failure: without the tests that passed. What ran when the output
# ended stays.
{ sub(/\r$/, "") }
/^\[ RUN      \]/ { pending = $0; next }
/^\[       OK \]/ { pending = ""; next }
/^\[  FAILED  \]/ || /^\[  SKIPPED \]/ || /^@@matrix/ { flush_pending() }
pending != "" { pending = pending "\n" $0; next }
/^$/ || /^\[----------\]/ { next }
{ print }
END { flush_pending() }

function flush_pending() {
    if (pending != "") {
        print pending
    }
    pending = ""
}
