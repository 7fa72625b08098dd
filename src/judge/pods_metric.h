#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "judge/poisson.h"

namespace serin::judge {

// Trouble of pods that no request counter shows: crashes, lost readiness, scrapes that fail. As Poisson
// events over pod-seconds, canary against stable, mixed over starts like the errors.
enum class Trouble { Restart, NotReady, LostScrape };
constexpr size_t kTroubles = 3;

struct TroubleEvidence {
    std::vector<std::vector<double>> starts;  // ln E a grid point; [0] is the attempt's start
    int opened = 0;
    double canary = 0;  // events so far
    double stable = 0;

    bool operator==(const TroubleEvidence&) const = default;
};

// One interval, over pods that were ready before.
struct PodsTick {
    std::array<double, kTroubles> canary{};  // restarts, seconds not ready, lost scrapes
    std::array<double, kTroubles> stable{};
    double canarySeconds = 0;
    double stableSeconds = 0;
    bool stableScraped = false;  // otherwise a lost scrape says nothing about the canary
};

struct PodsEvidence {
    std::array<TroubleEvidence, kTroubles> troubles;
    // Seconds without readiness that do not yet make a whole event. The seconds of one outage are no
    // independent events, so they count by whole scrape intervals, as lost scrapes do.
    double canaryRest = 0;
    double stableRest = 0;

    void startStep();
    void add(const PodsTick& tick, double intervalSeconds);
    // ln E of harm: the mean over the kinds of trouble.
    double evidence() const;

    bool operator==(const PodsEvidence&) const = default;
};

}  // namespace serin::judge
