#include "runtime/rereading.h"

namespace serin::runtime {

bool Rereading::due(Duration now) const {
    if (!endedAt_) return true;
    return now >= *endedAt_ + (good_ && !refused_ ? kAgain : kRetry);
}

bool Rereading::ended(bool good, bool failed, Duration now) {
    endedAt_ = now;
    good_ = good;
    refused_ = false;
    if (failed && known_) return false;
    known_ = good;
    return true;
}

}  // namespace serin::runtime
