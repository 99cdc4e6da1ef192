// SPDX-License-Identifier: Apache-2.0
// The record types that the code names; the shared headers have those that BPF needs as well (FP_TYPE_*).
#pragma once

#include <cstdint>

namespace fastpath::rr_type {

inline constexpr uint16_t a = 1;
inline constexpr uint16_t ns = 2;
inline constexpr uint16_t cname = 5;
inline constexpr uint16_t soa = 6;
inline constexpr uint16_t aaaa = 28;
inline constexpr uint16_t dname = 39;
inline constexpr uint16_t opt = 41;
inline constexpr uint16_t rrsig = 46;
inline constexpr uint16_t nsec = 47;
inline constexpr uint16_t nsec3 = 50;

} // namespace fastpath::rr_type
