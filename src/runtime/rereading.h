#pragma once

#include <optional>

#include "base/time.h"

namespace serin::runtime {

// When what a spec names is read (again): at once, kAgain after it was read, kRetry after it could not be,
// and kRetry after the last reading when it turned out to be of no use. Times are Clock::sinceBoot. Not
// thread-safe.
class Rereading {
  public:
    static constexpr Duration kAgain = std::chrono::minutes(5);
    static constexpr Duration kRetry = std::chrono::minutes(1);

    bool due(Duration now) const;
    // A reading ended: with what is wanted (`good`), or without an answer (`failed`). Whether what it came to
    // counts: without an answer what was known before stays.
    bool ended(bool good, bool failed, Duration now);
    // What was read did not serve.
    void refused() { refused_ = true; }

  private:
    std::optional<Duration> endedAt_;  // of the last reading; absent: there was none
    bool known_ = false;               // there is something that counts
    bool good_ = false;                // the last reading was
    bool refused_ = false;
};

}  // namespace serin::runtime
