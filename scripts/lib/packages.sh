# shellcheck shell=bash disable=SC2034 # each script reads the lists that it needs
# SPDX-License-Identifier: Apache-2.0
# The one list of Debian 12 packages that the scripts rely on. Only names; apt.sh installs them.

# To build the daemon, dns-fastpathctl and the BPF programs (scripts/build.sh).
build_packages=(
    bpftool
    clang
    cmake
    g++
    libbpf-dev
    libcivetweb-dev
    libcli11-dev
    libexpected-dev
    libkainjow-mustache-dev
    libldns-dev
    libspdlog-dev
    libsystemd-dev
    libyaml-cpp-dev
    ninja-build
    nlohmann-json3-dev
    pkg-config
    prometheus-cpp-dev
    zlib1g-dev
)

# For the lab: the servers in it, and what makes its zones and namespaces (scripts/lab.sh).
lab_packages=(
    bind9-dnsutils
    clang
    ethtool
    iproute2
    ldnsutils
    libbpf-dev
    nftables
    nsd
    unbound
)

# The resolvers that the lab can have, as LAB_RESOLVER names them, and the package of each.
declare -A resolver_package=(
    [bind]=bind9
    [dnsdist]=dnsdist
    [knot-resolver]=knot-resolver
    [unbound]=unbound
)

# Beside the lab's: load and connection tracking (scripts/demo.sh).
demo_packages=(
    conntrack
    dnsperf
    nftables
)

# Beside the lab's: whom we are compared with, the generators, and what counts and draws (scripts/bench.sh).
bench_packages=(
    bind9
    bpftool
    conntrack
    dnsdist
    dnsmasq-base
    dnsperf
    g++
    gnuplot-nox
    jq
    knot
    knot-dnsutils
    knot-resolver
    nftables
)

# Beside all of the above: the tests and the linters (scripts/test.sh).
test_packages=(
    "${resolver_package[@]}"
    chromium-headless-shell
    clang-14
    clang-19
    clang-format
    clang-tidy
    git
    knot-dnsutils
    libclang-rt-dev
    libgtest-dev
    lintian
    prometheus
    shellcheck
    systemd
    tcpdump
)

# To make the Debian package (scripts/package.sh).
packaging_packages=(
    debhelper
)

# To boot other kernels (scripts/kernel-matrix.sh, also as a test).
kernel_packages=(
    busybox-static
    cpio
    iproute2
    jq
    kmod
    qemu-system-x86
    xz-utils
)

# Beside the kernels': a Debian 12 on a disk (scripts/kernel-matrix/unit.sh).
image_tool_packages=(
    e2fsprogs
    mmdebstrap
    systemd
)
