#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "script.h"

namespace serin::simulation {

// The faults that are on now, and how often each was felt: a fault that nobody ran into proves nothing.
struct Adversity {
    int lostResponses = 0;
    int serverErrors = 0;
    int conflicts = 0;
    int replayed = 0;
    std::optional<int> crashAfter;  // instruction boundaries of the applier
    Timestamp tooManyUntil{};
    Timestamp deafUntil{};  // watches tell nothing
    Timestamp standsStillUntil{};
    Timestamp renewalsLostUntil{};
    Timestamp partitionUntil{};  // nothing is reached
    int lateKind = 0;  // of which watches tell nothing before lateUntil, while they tell of the others
    Timestamp lateUntil{};
    Timestamp metricsStopUntil{};
    Timestamp metricsLateUntil{};
    Timestamp registryShakyUntil{};  // some of the looks at a source fail
    Duration pastShown{0};           // of the next process that starts
    Duration clockOffset{0};
    std::array<uint64_t, kKinds> felt{};

    // A fault of the API or of the metrics begins. False for kinds that are somebody else's.
    bool begin(const Happening& happening, Timestamp now);
    void feel(Kind kind) { ++felt[static_cast<size_t>(kind)]; }
    // Takes one of `left`, if there is one.
    bool take(int& left, Kind kind) {
        if (left == 0) return false;
        --left;
        feel(kind);
        return true;
    }
};

}  // namespace serin::simulation
