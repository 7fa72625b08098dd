#pragma once

#include <mutex>

#include "base/clock.h"

namespace serin {

// The wall's time for what is planned by recorded moments: holds, deadlines, patience. When somebody sets the
// wall clock, this one follows slowly, one second in kSlowness, so that no wait is skipped or drawn out by
// more than a twentieth. It never goes back. A new one begins with what the wall says.
class SlewedClock final : public Clock {
  public:
    static constexpr int kSlowness = 20;

    // `real` outlives this.
    explicit SlewedClock(const Clock& real);
    Timestamp wall() const override;
    Duration sinceBoot() const override { return real_.sinceBoot(); }

  private:
    const Clock& real_;
    mutable std::mutex mutex_;
    mutable Duration movedAt_;    // since boot
    mutable Timestamp bootedAt_;  // as it is believed now
};

}  // namespace serin
