#include "adversity.h"

namespace serin::simulation {

bool Adversity::begin(const Happening& happening, Timestamp now) {
    const Duration time = std::chrono::seconds(happening.b);
    switch (happening.kind) {
        case Kind::Crash:
            if (happening.b == 0) crashAfter = happening.a;
            return happening.b == 0;
        case Kind::ClockJumps:
            clockOffset += time;
            feel(happening.kind);
            return true;
        case Kind::LostResponse:
            lostResponses += happening.a;
            return true;
        case Kind::ServerErrors:
            serverErrors += happening.a;
            return true;
        case Kind::TooManyRequests:
            tooManyUntil = now + time;
            return true;
        case Kind::Conflicts:
            conflicts += happening.a;
            return true;
        case Kind::Replayed:
            replayed += happening.a;
            return true;
        case Kind::LostRenewals:
            renewalsLostUntil = now + time;
            return true;
        case Kind::MetricsStop:
            metricsStopUntil = now + time;
            return true;
        case Kind::MetricsLate:
            metricsLateUntil = now + time;
            return true;
        default:
            return false;
    }
}

}  // namespace serin::simulation
