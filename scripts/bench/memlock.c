// SPDX-License-Identifier: Apache-2.0
// For LD_PRELOAD, see memlock_shim() in servers.sh: says that RLIMIT_MEMLOCK was raised, and raises nothing.
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limits) {
    return resource == RLIMIT_MEMLOCK ? 0 : (int)syscall(SYS_prlimit64, 0, resource, limits, 0);
}
