#include "base/clock.h"

#include <ctime>

namespace serin {
namespace {

class SystemClock final : public Clock {
  public:
    Timestamp wall() const override { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }
    Duration sinceBoot() const override {
        timespec now{};
        clock_gettime(CLOCK_BOOTTIME, &now);
        return Duration(now.tv_sec * 1000 + now.tv_nsec / 1'000'000);
    }
};

}  // namespace

const Clock& systemClock() {
    static const SystemClock clock;
    return clock;
}

}  // namespace serin
