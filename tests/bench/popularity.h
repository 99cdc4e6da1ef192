// SPDX-License-Identifier: Apache-2.0
// Which of so many names is asked next: each as likely as any other, or by Zipf's law with exponent 1, as names are asked.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace fastpath::test {

using Dice = std::mt19937_64;

class UniformNames {
  public:
    explicit UniformNames(uint32_t names) : any_(0, names - 1) {}
    uint32_t operator()(Dice &dice) { return any_(dice); }

  private:
    std::uniform_int_distribution<uint32_t> any_;
};

// The popular ones do not lie side by side in memory.
class ZipfNames {
  public:
    explicit ZipfNames(uint32_t names);
    uint32_t operator()(Dice &dice);

  private:
    std::vector<double> share_up_to_; // of the first, the first two ...; not divided by their sum
};

} // namespace fastpath::test
