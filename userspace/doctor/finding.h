// SPDX-License-Identifier: Apache-2.0
// What one check of the doctor says.
#pragma once

#include <string>
#include <utility>

namespace fastpath::doctor {

enum class Status {
    ok,
    warning, // costs something, or will
    problem, // something does not work
};

struct Finding {
    std::string check; // the name of it, for scripts
    Status status = Status::ok;
    std::string finding;
    std::string remedy; // "" where it is ok
};

inline Finding ok(std::string check, std::string finding) {
    return {std::move(check), Status::ok, std::move(finding), ""};
}

inline Finding warning(std::string check, std::string finding, std::string remedy) {
    return {std::move(check), Status::warning, std::move(finding), std::move(remedy)};
}

inline Finding problem(std::string check, std::string finding, std::string remedy) {
    return {std::move(check), Status::problem, std::move(finding), std::move(remedy)};
}

} // namespace fastpath::doctor
