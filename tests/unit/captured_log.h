// SPDX-License-Identifier: Apache-2.0
// CapturedLog: what is logged while it lives.
#pragma once

#include <algorithm>
#include <memory>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sstream>
#include <string>
#include <string_view>

namespace fastpath {

class CapturedLog {
  public:
    CapturedLog() { spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink_)); }
    ~CapturedLog() { spdlog::set_default_logger(before_); }
    CapturedLog(const CapturedLog &) = delete;
    CapturedLog &operator=(const CapturedLog &) = delete;

    [[nodiscard]] std::string text() const { return stream_.str(); }
    [[nodiscard]] size_t count(std::string_view wanted) const {
        const std::string log = text();
        size_t found = 0;
        for (size_t at = 0; (at = log.find(wanted, at)) != std::string::npos; ++at) {
            ++found;
        }
        return found;
    }
    [[nodiscard]] size_t lines() const { return count("\n"); }

  private:
    std::ostringstream stream_;
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
    std::shared_ptr<spdlog::sinks::ostream_sink_st> sink_ = std::make_shared<spdlog::sinks::ostream_sink_st>(stream_);
};

} // namespace fastpath
