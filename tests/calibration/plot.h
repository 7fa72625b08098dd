#pragma once

#include <string>

namespace serin::calibration {

// Evidence of harm over the looks of a few rollouts, as an SVG document: some in which nothing changed, some
// with twice and five times the errors, and the thresholds.
std::string evidencePlot();

}  // namespace serin::calibration
