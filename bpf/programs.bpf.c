// SPDX-License-Identifier: GPL-2.0-only
/*
 * programs.bpf.c - what is compiled: all programs in one object, so that they share the maps.
 *
 * Not objects linked by bpftool: libbpf 1.1 (Debian 12) cannot link arrays of maps that have a first element.
 */
#include "fastpath.bpf.c"

#include "explain.bpf.c"
#include "learn.bpf.c"

char LICENSE[] SEC("license") = "GPL";
