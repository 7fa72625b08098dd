#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/observed.h"
#include "base/result.h"
#include "base/time.h"
#include "net/transport.h"
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
    bool metricsHttps = false;
    int readyPort = 0;
    std::string readyPath;
    bool askModel = false;  // ask readyPath too
    Arm arm = Arm::Stable;
    bool ready = false;  // its endpoint is, at this moment
};

struct PodResult {
    Target target;
    Timestamp startedAt;  // when the metrics were asked for, or scraped by somebody else
    Timestamp endedAt;
    // Unauthorized or Forbidden where whoever was asked did not accept our access.
    Result<PodReading> reading = invalid("not read");
    // Scrapes before `reading` that somebody else kept, the oldest first, back to the round before or
    // further.
    std::vector<PodReading> earlier;
    // What a failed reading is about, in words that stand before its reason; empty where the reason says it.
    // Absent: the pod's address.
    std::optional<std::string> about;
    std::optional<api::ModelAnswer> model;  // absent when not asked
};

// A question in PromQL about a version, which one number answers.
struct Query {
    std::string metric;  // whose it is
    std::string promql;
    api::PrometheusSource source;
    Result<net::Access> access = net::Access{};  // to the source; an Error: it is not known yet
};

struct QueryResult {
    Query query;
    // Finite. Unauthorized or Forbidden where the source did not accept our access.
    Result<double> answer = invalid("not asked");
};

// All pods of one ModelDeployment, scraped at about the same moment.
struct Round {
    Timestamp at;  // when it began
    std::shared_ptr<const Selection> selection;
    std::vector<PodResult> pods;       // in the order of the targets
    std::vector<QueryResult> queries;  // answered as of `at`
    Duration allowedSpread{0};  // between scrapes of one moment, where somebody else spreads them on purpose
};

}  // namespace serin::signals
