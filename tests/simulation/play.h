#pragma once

#include <functional>

#include "adversity.h"
#include "run.h"
#include "timeline.h"

namespace serin::simulation {

// When the last happening is over.
Timestamp endOf(const Script& script);

// Plays a timeline until nothing moves any more, or too long; `last` is when the last happening is over. Then
// the monitor has the last word. True when it came to rest.
bool playToRest(Timeline& timeline, const Cluster& cluster, Monitor& monitor, Timestamp last,
                const std::function<uint64_t()>& writes);

// The end state, without times and versions, and what was counted.
Report reportOf(const Cluster& cluster, const Monitor& monitor, const Adversity& adversity);

}  // namespace serin::simulation
