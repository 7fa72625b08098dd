#pragma once

#include "base/time.h"

namespace serin {

// The only source of time outside tests. Implementations are safe to call from every thread.
class Clock {
  public:
    virtual ~Clock() = default;
    // UTC; may jump. For what is recorded and shown.
    virtual Timestamp wall() const = 0;
    // Milliseconds since boot, suspend included (CLOCK_BOOTTIME); never jumps. For fences and waits.
    virtual Duration sinceBoot() const = 0;
};

// The machine's clocks. The reference lives as long as the process.
const Clock& systemClock();

}  // namespace serin
