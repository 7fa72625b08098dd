#pragma once

#include "api/status.h"

namespace serin::api {

// Bytes of a recorded sentence. What is longer ends with "…".
inline constexpr size_t kLongestMessage = 1000;
// Of one metric's sentence, and of a reason in history and quarantine.
inline constexpr size_t kLongestDetail = 300;
// Of a model's id: a longer one cannot be recorded whole, and half of one names nothing.
inline constexpr size_t kLongestId = 256;
// Of the label that a source's version is for people.
inline constexpr size_t kLongestVersion = 63;
// Of each sentence of a model's lineage, and of the value of the annotation serin.dev/refresh.
inline constexpr size_t kLongestLineage = 100;
// Of AnalysisStatus::state: the judge's part, and the counters that src/runtime writes before it.
inline constexpr size_t kLongestState = 28'000;
// Of the status as JSON, as far as this header sees to it.
inline constexpr size_t kMostStatus = 61'500;

// Keeps a status small: shortens its sentences, then, while it is above kMostStatus, the metrics' labels, the
// reasons of the oldest entries of history and quarantine, the approvals of attempts that are over, the
// sentences of conditions, the report and metrics, the metrics' effects, the model's lineage, and at last
// leaves out the oldest entries of the history. Quarantine and attempts lose no entry. A status that fits
// stays as it is.
void limit(Status& status);

}  // namespace serin::api
