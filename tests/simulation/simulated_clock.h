#pragma once

#include "adversity.h"
#include "base/clock.h"
#include "timeline.h"

namespace serin::simulation {

// The machine's clocks: the wall can be set, the other cannot.
class SimulatedClock final : public Clock {
  public:
    SimulatedClock(const Timeline& timeline, const Adversity& adversity)
        : timeline_(timeline), adversity_(adversity) {}
    Timestamp wall() const override { return timeline_.now() + adversity_.clockOffset; }
    Duration sinceBoot() const override { return timeline_.now() - Timeline::kStart + std::chrono::hours(1); }
    // When sinceBoot() will say so.
    static Timestamp at(Duration sinceBoot) { return Timeline::kStart + sinceBoot - std::chrono::hours(1); }

  private:
    const Timeline& timeline_;
    const Adversity& adversity_;
};

}  // namespace serin::simulation
