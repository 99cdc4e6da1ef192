// SPDX-License-Identifier: Apache-2.0
// Facts of a host where all is well, and of one in the incident.
#pragma once

#include "status/facts.h"

#include <string>

namespace fastpath::test {

// `text` is what somebody else chose: names of host, interface, pool and queries, and a line of the log.
status::Facts healthy_facts(const std::string &text = "default");

// The same a minute after the connection tracking table was full.
status::Facts incident_facts();

} // namespace fastpath::test
