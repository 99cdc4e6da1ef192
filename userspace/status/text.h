// SPDX-License-Identifier: Apache-2.0
// Figures as people read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace fastpath::status {

std::string count_text(uint64_t count);                          // 1,234,567
std::string rate_text(double per_second);                        // 1,234; 3.2; 0
std::string share_text(double share);                            // 99.9 %; 100 % only where it is all
std::string duration_text(uint64_t seconds);                     // 4 s; 3 min; 2 h 5 min; 3 d 4 h
std::string milliseconds_text(uint32_t us);                      // 0.12 ms
std::string bytes_text(uint64_t bytes);                          // 12.3 MiB
std::string time_text(std::chrono::system_clock::time_point at); // 2026-11-22T05:35:39Z

} // namespace fastpath::status
