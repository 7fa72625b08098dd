#include "base/slewed_clock.h"

#include <algorithm>

namespace serin {

SlewedClock::SlewedClock(const Clock& real)
    : real_(real), movedAt_(real.sinceBoot()), bootedAt_(real.wall() - movedAt_) {}

Timestamp SlewedClock::wall() const {
    const std::lock_guard lock(mutex_);
    const Duration now = real_.sinceBoot();
    // Calls that come too soon one after the other for a whole millisecond leave the time to the next one.
    if (const Duration most = (now - movedAt_) / kSlowness; most > Duration{0}) {
        bootedAt_ += std::clamp(real_.wall() - now - bootedAt_, -most, most);
        movedAt_ = now;
    }
    return bootedAt_ + now;
}

}  // namespace serin
