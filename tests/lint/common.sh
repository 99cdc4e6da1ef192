# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# For the linters of this folder: which files there are, and how a finding is said.

set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
findings=0

# What git knows or would be asked to know: a new file is looked at before it is committed. The clone may be another user's.
project_files() {
    local path
    git -c safe.directory='*' ls-files --cached --others --exclude-standard | sort -u | while IFS= read -r path; do
        [[ ! -f $path ]] || printf '%s\n' "$path"
    done
}

finding() {
    printf '%s\n' "$*"
    findings=$((findings + 1))
}

# The last line of a linter, with the number of files (or what else it is that it looks at): fails if there were findings, and
# also if there was nothing to look at.
verdict() {
    local looked_at=$1 what=${2:-files}
    ((looked_at > 0)) || { echo "no file to look at: is git there, and is this a clone?"; exit 1; }
    ((findings == 0)) || { echo "findings: $findings"; exit 1; }
    echo "$looked_at $what, no finding"
}
