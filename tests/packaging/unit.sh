#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The sandbox of the unit is as tight as it was: an exposure of at most 2.0 as systemd-analyze counts it.
source "$(dirname "$0")/../../scripts/lib/common.sh"

unit=$repo_root/userspace/packaging/systemd/dns-fastpath.service
systemd-analyze security --no-pager --offline=true --threshold=20 "$unit" || die "$unit is more exposed than 2.0"
