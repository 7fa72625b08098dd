#pragma once

#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "signals/prometheus_answer.h"

namespace serin::signals {

// The one number of an answer of /api/v1/query to a query of a person's own: of a scalar, or of a vector with
// one series. Pure. Fails as readPrometheusAnswer() does, and for no series, several, another type, what is
// no finite number, and an answer for a moment before `oldest`. A warning is a refusal too, for what it says
// may be that series lack of which a sum is made; Prometheus' mere remarks on a query are none.
Result<double> decodeNumber(int status, std::string_view body, Timestamp oldest,
                            const PrometheusLimits& limits = {});

}  // namespace serin::signals
