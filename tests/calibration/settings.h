#pragma once

#include <vector>

#include "api/spec.h"

namespace serin::calibration {

api::Metric errorRate();
api::Metric latency();
// Drift of scores, harm from this population stability index on.
api::Metric drift(double psi);
// Predicted classes, as where nothing but the counter is stated: harm is a collapse.
api::Metric classes();
// An error rate against a limit alone.
api::Metric limit(double max);

// What the operator fills in where a person wrote nothing but the metrics.
api::Analysis shipped(std::vector<api::Metric> metrics);

// What the literature tabulates: alpha 5 %, harm is whatever is worse, one metric that has all of the weight
// but a thousandth (the rest is the pods', which are always judged), no warm-up.
api::Analysis textbook(api::Metric metric);

}  // namespace serin::calibration
