#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/judgement.h"
#include "api/samples.h"
#include "api/spec.h"
#include "judge/blame.h"
#include "judge/dispersion.h"
#include "judge/drift_metric.h"
#include "judge/lazy.h"
#include "judge/mean_blocks.h"
#include "judge/mean_evidence.h"
#include "judge/pods_metric.h"
#include "judge/rate_metric.h"
#include "judge/reference_evidence.h"
#include "judge/shared_value.h"

namespace serin::judge {

// What is known of the stable version, kept as long as it is stable.
struct StableRecord {
    std::string revision;
    double seconds = 0;     // of evaluation, before the rollout
    uint64_t requests = 0;  // in that time
    uint64_t strata = 0;
    struct Rate {
        Dispersion dispersion;
        double requests = 0;  // in the evaluation; of a mean its observations
        double bad = 0;
        bool operator==(const Rate&) const = default;
    };
    // By metric, then by edge: an error rate has one entry, at 0.
    std::map<std::string, std::map<double, Rate>> metrics;

    bool operator==(const StableRecord&) const = default;
};

// What the newest look at a Query found, of a delayed one also while none counts yet.
struct LookMemory {
    std::optional<double> value;  // of the newest one that has any
    std::string trouble;          // why the newest one has none; empty when it has

    bool operator==(const LookMemory&) const = default;
};

struct MetricMemory {
    SharedValue<api::Metric> definition;  // of the analysis
    RateMetric rate;                      // what isRate(), and the blocks of a Mean
    Lazy<DriftEvidence> drift;            // HistogramDrift
    Lazy<MeanEvidence> mean;              // Mean
    Lazy<MeanBlocks> blocks;              // Mean
    Lazy<LookMemory> look;                // Query
    Blame blame;                          // of all but queries, what isRate()

    bool operator==(const MetricMemory&) const = default;
};

// A pod of this attempt, stable or canary.
struct PodMemory {
    bool wasReady = false;
    bool lost = false;          // its last scrape was lost: the next delta covers more than its interval
    bool asked = false;         // it answered a request
    uint64_t group = kNoGroup;  // canary only: its group in RateEvidence::without

    bool operator==(const PodMemory&) const = default;
};

// 48 bits of a digest of the uid (FNV-1a): short in the persisted text.
uint64_t podKey(const std::string& uid);

// Evidence of one attempt.
struct AttemptMemory {
    std::string stable;  // what it is about
    std::string canary;
    int number = 0;
    int step = -1;
    bool stepStarted = false;  // the order said since when the step counts
    bool soaking = false;      // promoted; in a watch too
    bool watching = false;
    std::vector<MetricMemory> metrics;
    PodsEvidence pods;
    std::map<uint64_t, PodMemory> podsSeen;  // by podKey
    std::vector<std::string> groupNames;     // the latest pod of each group, for people
    uint64_t groupsMade = 0;
    bool stepOpen = false;  // a stratum of the present step was counted
    bool warm = false;
    uint64_t strata = 0;  // usable ones
    uint64_t stepRequests = 0;
    double stepSeconds = 0;  // in which they came
    std::optional<Timestamp> noDataSince;
    std::string missing;        // why the last stratum was not usable
    uint64_t silentRounds = 0;  // in a row, while stable answered
    // Since when a pod of the canary answers requests: the beginning of the first interval in which one did.
    std::optional<Timestamp> answering;
    std::string without;  // name of a canary pod that was replaced; what it did is left out
    bool harm = false;    // declared once, it stays
    std::string harmHeadline;
    std::vector<std::string> harmMetrics;

    bool operator==(const AttemptMemory&) const = default;
};

// All that a Judge remembers.
struct Memory {
    api::JudgeOrder order;
    Timestamp at;                         // end of the last stratum counted or left out
    bool scraped = false;                 // a pod was scraped once
    std::string troubles;                 // why none could be
    std::optional<api::Stratum> pending;  // waits to be merged with the next
    bool pendingForLost = false;          // because a scrape was lost in it
    StableRecord stable;
    AttemptMemory attempt;
    std::map<std::string, ReferenceEvidence> references;  // by metric
    // What they compare with; never null. Not persisted: it is read again.
    std::shared_ptr<const api::Reference> reference = std::make_shared<api::Reference>();
};

}  // namespace serin::judge
