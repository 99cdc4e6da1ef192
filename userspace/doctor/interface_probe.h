// SPDX-License-Identifier: Apache-2.0
// Asks the kernel and the driver of an interface what the checks want to know of it. Read only.
#pragma once

#include "doctor/facts.h"

#include <string>

namespace fastpath::doctor {

// In the network namespace of the caller. What the driver does not say stays as it is in InterfaceFacts.
InterfaceFacts probe_interface(const std::string &name, bool is_native);

} // namespace fastpath::doctor
