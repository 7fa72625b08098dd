#pragma once

#include <string_view>

#include "base/http.h"
#include "runtime/recording_shelf.h"

namespace serin::runtime {

// Whether a path is below /recordings/.
bool asksForRecording(std::string_view path);

// The answer to GET /recordings/NAMESPACE/NAME, the recording of the latest attempt, or with /previous after
// it, of the one before: a file for serin-judge, or 404 with what to do. `version` is Serin's own.
HttpResponse answerRecording(const RecordingShelf& shelf, std::string_view path, std::string_view version);

}  // namespace serin::runtime
