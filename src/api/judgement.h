#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/spec.h"
#include "base/time.h"

namespace serin::api {

// What the planner wants judged now.
enum class JudgeMode {
    Off,       // nothing is scraped
    Evaluate,  // stable alone, before a rollout: traffic, error rate, dispersion
    Compare,   // canary against stable, during a rollout
    Soak,      // the promoted version against limits made from stable's record
    Watch,     // the same after the soak, for a change that may come at any time
    Record,    // stable at rest: nothing is judged, its data is compared with its own past
};

struct JudgeOrder {
    JudgeMode mode = JudgeMode::Off;
    std::string stable;  // revision; in Soak and Watch the previous stable one
    std::string canary;  // revision under judgement; empty in Evaluate and Record
    int attempt = 0;
    int step = -1;  // index in status.rollout.steps; -1 before the first
    // Since when the canary's ready endpoints of this step stand; no strata count before it. Absent: not yet.
    std::optional<Timestamp> stepStartedAt;
    std::string without{};  // a pod of the canary, by name, that was replaced: what it did does not count

    // The old version has no traffic any more: `canary` is judged by itself.
    bool afterPromotion() const { return mode == JudgeMode::Soak || mode == JudgeMode::Watch; }
    bool operator==(const JudgeOrder&) const = default;
};

enum class Verdict { Continue, Safe, Harm, NoData, Invalid, Inconclusive };

// Whether the values that the serving version sees or says are still those of the reference profile.
enum class DataState { Unknown, Within, Drifted };

// The third answer beside "the version is worse" and "it is not": the world has moved.
struct DataDrift {
    DataState state = DataState::Unknown;
    std::string metric;      // Drifted: the one that moved most
    double psi = 0;          // of that one (debiased)
    std::string trouble;     // why a profile cannot be compared with; empty when all can
    bool recording = false;  // the past that would be compared with is younger than a day
    std::string message;     // plain English, with numbers; never empty

    bool operator==(const DataDrift&) const = default;
};

// One value of a label of the series that count a metric's bad events, and how many of these had it.
struct BlamedLabel {
    std::string label;
    std::string value;
    uint64_t canary = 0;
    uint64_t stable = 0;

    bool operator==(const BlamedLabel&) const = default;
};
inline constexpr size_t kMostBlamed = 4;  // of one metric

struct MetricVerdict {
    std::string name;
    bool guard = true;
    Verdict verdict = Verdict::Continue;
    double stable = 0;  // share of bad requests in the stable arm, or the mean, or 0 for drift and queries
    // Share of bad requests in the canary arm, or PSI (debiased) for drift, or the newest number of a query,
    // or the mean, after promotion of the newest block.
    double canary = 0;
    std::optional<double> slowerThan;  // seconds; latency: what makes a request bad, where most is to be said
    double ratioLow = 0;               // confidence bounds of the odds ratio; 0 and infinity when unknown
    double ratioHigh = 0;
    // Canary requests, observations or looks judged in this attempt; of a mean after promotion its blocks.
    uint64_t samples = 0;
    uint64_t samplesNeeded = 0;  // about how many more until SAFE; 0 when SAFE or unknown
    uint64_t secondsNeeded = 0;  // how long these take at the present step's traffic; 0 when unknown
    double evidence = 0;         // ln of the HARM e-value, as it stands
    std::string message;         // plain English, with numbers
    // Of a drift: how far apart the versions are by other measures (src/judge/effects.h). Shown only.
    std::map<std::string, double> effects;
    bool awaited = true;  // a promotion waits for the proof that the version is not worse by it
    // Where it is worse: the label values that most of what the canary has more than stable comes from, the
    // largest excess first; at most kMostBlamed. Shown only.
    std::vector<BlamedLabel> labels{};

    bool operator==(const MetricVerdict&) const = default;
};

// What the judge says after a tick. A value: keyed to one (revision, attempt, step).
struct Judgement {
    JudgeOrder order;  // what it is about; the planner ignores one about something else
    Timestamp at;      // end of the last stratum judged
    Verdict verdict = Verdict::Continue;
    bool harm = false;     // take it back now
    bool calm = true;      // an intermediate step may end as far as evidence goes
    bool safe = false;     // every Guard is SAFE at this moment: promotion may go on
    bool warm = false;     // every canary pod's warm-up is over and one stratum after it was judged
    bool starved = false;  // the canary answers nothing while stable does: Withdrawn
    uint64_t canaryRequestsInStep = 0;
    std::optional<Timestamp>
        noDataSince;      // first tick without a usable stratum, cleared by the next usable one
    std::string holding;  // why data is missing or thin, in words; empty when it is not
    std::string
        headline;         // plain English: "canary errs 4.1 % against 0.5 %, odds ratio at least 3.2 at 99 %"
    std::string warning;  // feasibility, before the rollout: "InsufficientTraffic: …"; empty when none
    // The one canary pod of several, by name, that all evidence of harm comes from; empty without one.
    std::string suspect;
    std::string unreachable;  // why no pod could ever be scraped; empty when one was
    std::vector<MetricVerdict> metrics;
    std::optional<DataDrift> dataDrift;  // absent where no metric has a reference
    // Opaque text from which a later process goes on bit for bit; at most 32 kB. Persisted in status.
    std::string state;
    double evidence = 0;  // ln of the weighted mean of HARM evidence

    bool operator==(const Judgement&) const = default;
};

}  // namespace serin::api
