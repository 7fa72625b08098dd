#pragma once

#include <cstddef>
#include <vector>

namespace serin::judge {

// How much more the stable pods' error rates differ from each other than chance explains (pinned clients, one
// bad node): Pearson's dispersion over past intervals, shrunk towards 1.5 as if that had been seen ten times.
struct Dispersion {
    double sum = 0;    // of Pearson's statistics
    double count = 0;  // of their degrees of freedom

    // One interval: requests and bad ones of every stable pod. Says something with two pods or more, and with
    // some but not only errors.
    struct Pod {
        double requests = 0;
        double bad = 0;
    };
    void add(const std::vector<Pod>& pods);

    // What ln E of harm is divided by in the next interval, at least 1. `stablePods`: how many answer now;
    // with one, and none ever seen together, nothing is known and it is 1.
    double factor(size_t stablePods) const;

    bool operator==(const Dispersion&) const = default;
};

}  // namespace serin::judge
