#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "trial.h"

namespace serin::calibration {

// When something happened in each run; infinity where it never did.
class Moments {
  public:
    void add(const std::optional<double>& second) {
        seconds_.push_back(second.value_or(std::numeric_limits<double>::infinity()));
    }
    size_t runs() const { return seconds_.size(); }
    size_t happened() const;
    double share() const;
    // Of all runs, so that a median is infinite when fewer than half came to it.
    double quantile(double q) const;

  private:
    std::vector<double> seconds_;
};

// What became of all replications of a row.
struct Tally {
    Moments harm, safe, proven;
    std::array<Moments, kRivals> rivals;

    void add(const Outcome& outcome);
};

// The largest count of `runs` that a true probability `p` reaches with at least 1 %.
size_t mostByChance(size_t runs, double p);

}  // namespace serin::calibration
