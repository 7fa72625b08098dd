#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "judge/recording_lines.h"

namespace serin::judge {

// What to say to somebody whose recording cannot be used by this program.
inline constexpr const char* kReplayElsewhere =
    "; replay it with the serin-judge of the Serin that recorded it";

// Hands the lines of a recording to `visit`, one after another, with their numbers from 1. Fails with "line
// N: why" at the first that is no line of a recording, that `visit` refuses, or that stands before the first
// analysis though it is no remark.
Result<void> readRecording(std::string_view recording,
                           const std::function<Result<void>(size_t number, RecordedLine& line)>& visit);

}  // namespace serin::judge
