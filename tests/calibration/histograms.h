#pragma once

#include <vector>

namespace serin::calibration {

// Default upper edges of the Prometheus client for Python, which model servers mostly are written in; in
// seconds (https://prometheus.github.io/client_python/instrumenting/histogram/).
const std::vector<double>& latencyEdges();

struct Times {
    double level = .08;  // median in seconds
    double stuck = 0;    // share of the requests that take `stuckFor` seconds longer
    double stuckFor = 0;

    bool operator==(const Times&) const = default;
};
// Shares of the buckets between those edges.
std::vector<double> latencyShares(const Times& times);

// Edges of ten equal classes of scores in [0, 1], without the last one.
const std::vector<double>& scoreEdges();
// Shares of the classes: equal at 0, more of the high ones above.
std::vector<double> scoreShares(double tilt);
// The tilt whose index against equal shares is `psi`.
double tiltOf(double psi);

}  // namespace serin::calibration
