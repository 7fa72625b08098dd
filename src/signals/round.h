#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/observed.h"
#include "base/result.h"
#include "base/time.h"
#include "signals/pod_reading.h"
#include "signals/selection.h"

namespace serin::signals {

enum class Arm { Stable, Canary };

// A pod to scrape. Terminating endpoints are no targets.
struct Target {
    std::string podUid;
    std::string podName;
    std::string address;  // an IP address
    int metricsPort = 0;
    std::string metricsPath;
    int readyPort = 0;
    std::string readyPath;
    bool askModel = false;  // ask readyPath too
    Arm arm = Arm::Stable;
    bool ready = false;  // its endpoint is, at this moment
};

struct PodResult {
    Target target;
    Timestamp startedAt;  // when the metrics were asked for
    Timestamp endedAt;
    Result<PodReading> reading = invalid("not read");
    std::optional<api::ModelAnswer> model;  // absent when not asked
};

// All pods of one ModelDeployment, scraped at about the same moment.
struct Round {
    Timestamp at;  // when it began
    std::shared_ptr<const Selection> selection;
    std::vector<PodResult> pods;  // in the order of the targets
};

}  // namespace serin::signals
