#pragma once

#include <memory>

#include "signals/selection.h"

namespace serin::signals {

// compileSelection, once for all who ask for the same at the same time: compiled regular expressions are
// large (tens of kB), and most ModelDeployments of a cluster are judged by the same series. Thread-safe.
Result<std::shared_ptr<const Selection>> sharedSelection(const api::Runtime& runtime,
                                                         const std::vector<api::Metric>& metrics);

}  // namespace serin::signals
