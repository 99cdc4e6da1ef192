// SPDX-License-Identifier: Apache-2.0
// Put before all else that a daemon is compiled from, this makes one of a future ABI version.
#pragma once

#include <dns_fastpath/abi.h>

#undef FP_ABI_VERSION
#define FP_ABI_VERSION 1000
