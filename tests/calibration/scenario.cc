#include "scenario.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace serin::calibration {

Curve flat(double value) {
    return [value](double) { return value; };
}

Curve trend(double from, double to, double seconds) {
    return [=](double second) { return from + (to - from) * std::clamp(second / seconds, 0.0, 1.0); };
}

Curve rhythm(double mean, double swing, double period) {
    return
        [=](double second) { return mean * (1 + swing * std::sin(2 * std::numbers::pi * second / period)); };
}

Curve bursts(double low, double high, double length, double period) {
    return [=](double second) { return std::fmod(second, period) < length ? high : low; };
}

Worse times(double factor) {
    return [factor](double rate) { return factor * rate; };
}

Worse byOdds(double ratio) {
    return [ratio](double rate) { return ratio * rate / (1 - rate + ratio * rate); };
}

Worse plus(double difference) {
    return [difference](double rate) { return rate + difference; };
}

Worse unsafe(const api::Metric& metric) {
    return [ratio = byOdds(metric.safeOddsRatio), difference = plus(metric.safeDifference)](double rate) {
        return std::max(ratio(rate), difference(rate));
    };
}

}  // namespace serin::calibration
