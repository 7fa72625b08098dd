#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace serin {

// Wall-clock time in UTC with millisecond resolution, as recorded in status.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

// "2026-01-02T03:04:05Z" (metav1.Time: whole seconds).
std::string formatTime(Timestamp time);
// "2026-01-02T03:04:05.000000Z": exactly six digits, the only form MicroTime accepts.
std::string formatMicroTime(Timestamp time);
// RFC 3339 in UTC ("Z" or "+00:00"), with or without fraction.
std::optional<Timestamp> parseTime(std::string_view text);

// Go's duration syntax restricted to non-negative h, m, s and ms parts in falling order: "1h30m", "45s",
// "500ms".
Result<Duration> parseDuration(std::string_view text);
// The shortest such text: 90 s is "1m30s", zero is "0s".
std::string formatDuration(Duration duration);

}  // namespace serin
