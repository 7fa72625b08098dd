#include "histograms.h"

#include <cmath>
#include <numbers>

namespace serin::calibration {
namespace {

constexpr double kSigma = .6;
constexpr int kClasses = 10;

double shareBelow(double seconds, double level) {
    return seconds <= 0 ? 0 : std::erfc(-std::log(seconds / level) / kSigma / std::numbers::sqrt2) / 2;
}

// Population stability index of the tilted shares against equal ones.
double psiOf(double tilt) {
    double out = 0;
    for (const double share : scoreShares(tilt)) {
        const double equal = 1.0 / kClasses;
        out += (share - equal) * std::log(share / equal);
    }
    return out;
}

}  // namespace

const std::vector<double>& latencyEdges() {
    static const std::vector<double> edges{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10};
    return edges;
}

std::vector<double> latencyShares(const Times& times) {
    std::vector<double> out;
    double before = 0;
    for (const double edge : latencyEdges()) {
        const double below = (1 - times.stuck) * shareBelow(edge, times.level) +
                             times.stuck * shareBelow(edge - times.stuckFor, times.level);
        out.push_back(below - before);
        before = below;
    }
    out.push_back(1 - before);
    return out;
}

const std::vector<double>& scoreEdges() {
    static const std::vector<double> edges{.1, .2, .3, .4, .5, .6, .7, .8, .9};
    return edges;
}

std::vector<double> scoreShares(double tilt) {
    std::vector<double> out;
    double sum = 0;
    for (int i = 0; i < kClasses; ++i) {
        out.push_back(std::exp(tilt * (2.0 * i / (kClasses - 1) - 1)));
        sum += out.back();
    }
    for (double& share : out) share /= sum;
    return out;
}

double tiltOf(double psi) {
    double low = 0, high = 20;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (psiOf(middle) < psi ? low : high) = middle;
    }
    return low;
}

}  // namespace serin::calibration
