// SPDX-License-Identifier: Apache-2.0
// Numbers: gives names of one kind their numbers: the one that it had, else the lowest that nobody has had.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace fastpath {

template <class Name> class Numbers {
  public:
    Numbers(std::map<Name, std::uint16_t> known, std::uint16_t count) : given_(std::move(known)), count_(count) {
        for (const auto &[name, number] : given_) {
            taken_.insert(number);
        }
    }

    // Nothing when all are used up.
    std::optional<std::uint16_t> of(const Name &name) {
        if (const auto found = given_.find(name); found != given_.end()) {
            return found->second;
        }
        while (taken_.contains(next_)) {
            ++next_;
        }
        if (next_ >= count_) {
            return std::nullopt;
        }
        taken_.insert(next_);
        given_[name] = next_;
        return next_;
    }

    [[nodiscard]] const std::map<Name, std::uint16_t> &given() const { return given_; }

  private:
    std::map<Name, std::uint16_t> given_;
    std::set<std::uint16_t> taken_;
    std::uint16_t next_ = 0;
    std::uint16_t count_;
};

} // namespace fastpath
