#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# promtool with these arguments; skips where there is none (CI takes that for a failure).
set -euo pipefail
command -v promtool >/dev/null || { echo "needs promtool (Debian's package prometheus)"; exit 77; }
exec promtool "$@"
