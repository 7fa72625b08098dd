#pragma once

#include <string>

#include "api/spec.h"

namespace serin::judge {

// An absolute limit in the words of whoever wrote it (api::LimitForm). What lacks its number, as only a
// recording that was changed can, is told with 0.

// What makes the canary's share of bad requests one that is above the limit, which it is: "above the limit
// 5.0 %", "at least 2.0 % asked for", "burning 20 times its error budget of 0.1 %, more than 14.4 allowed".
std::string beyondLimit(const api::Metric& metric, double share);

// What is proved of a share that is below: "below 5.0 %", "the 99th percentile is at most 0.5 s".
std::string withinLimit(const api::Metric& metric);

// The limit of a promoted version, a share of bad requests: "limit 5.0 %"; where it is the metric's own, in
// its words, too.
std::string limitAfterPromotion(const api::Metric& metric, double limit);

// A share of good events: humanPercent() with the digits that tell it from 100 %.
std::string goodPercent(double share);

}  // namespace serin::judge
