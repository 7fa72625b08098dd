#include "signals/counter_book.h"

#include <algorithm>

#include "base/text.h"

namespace serin::signals {

namespace {

// Endpoints flap; a pod that comes back within this time goes on from its old numbers.
constexpr auto vanishedFor = std::chrono::hours(1);

double secondsOf(Timestamp time) {
    return static_cast<double>(time.time_since_epoch().count()) / 1000;
}

// One line a cause: "10.0.0.7:8082 and 2 more: connection refused".
std::vector<std::string> troublesOf(const Round& round) {
    struct Cause {
        std::string first;
        int more = 0;
    };
    std::map<std::string, Cause> causes;
    for (const PodResult& result : round.pods) {
        if (result.reading) continue;
        Cause& cause = causes[result.reading.error().message];
        if (cause.first.empty()) {
            cause.first = cat(result.target.address, ":", result.target.metricsPort);
        } else {
            ++cause.more;
        }
    }
    std::vector<std::string> troubles;
    for (const auto& [message, cause] : causes) {
        std::string more = cause.more > 0 ? cat(" and ", cause.more, " more") : std::string();
        troubles.push_back(cat(cause.first, more, ": ", message));
    }
    return troubles;
}

Duration spreadOf(const Round& round) {
    if (round.pods.empty()) return Duration{0};
    auto [first, last] =
        std::minmax_element(round.pods.begin(), round.pods.end(),
                            [](const auto& a, const auto& b) { return a.startedAt < b.startedAt; });
    return last->startedAt - first->startedAt;
}

bool sawRequests(const PodReading& reading) {
    return std::any_of(reading.sources.begin(), reading.sources.end(), [](const SourceReading& source) {
        return std::any_of(source.series.begin(), source.series.end(),
                           [](const SeriesNumber& number) { return number.value > 0; });
    });
}

}  // namespace

void CounterBook::noteReadiness(const std::string& podUid, bool ready, Timestamp at) {
    auto pod = pods_.find(podUid);
    if (pod != pods_.end()) setReadiness(pod->second, ready, at);
}

std::optional<api::Stratum> CounterBook::add(const Round& round, const Context& context) {
    if (lastRoundAt_ && round.at <= *lastRoundAt_) {
        setBack(round.at);
        return std::nullopt;
    }
    if (!beganAt_) beganAt_ = round.at;
    api::Stratum stratum;
    stratum.from = lastRoundAt_.value_or(round.at);
    stratum.to = round.at;
    stratum.spread = spreadOf(round);
    stratum.troubles = troublesOf(round);
    for (const PodResult& result : round.pods) {
        api::PodSample sample = closePod(pods_[result.target.podUid], result, round, context);
        (result.target.arm == Arm::Canary ? stratum.canary : stratum.stable).push_back(std::move(sample));
    }
    countSilence(round);
    stratum.canarySilentRounds = silentRounds_;
    forgetVanished(round.at);
    bool first = !lastRoundAt_;
    lastRoundAt_ = round.at;
    if (first) return std::nullopt;
    return stratum;
}

void CounterBook::setReadiness(Pod& pod, bool ready, Timestamp at) {
    bool known = pod.readinessAt.has_value();
    if (known && at < *pod.readinessAt) return;
    if (known && pod.firstReadyAt && !pod.ready) pod.notReady += at - *pod.readinessAt;
    if (ready && !pod.firstReadyAt) pod.firstReadyAt = at;
    pod.ready = ready;
    pod.readinessAt = at;
}

api::PodSample CounterBook::closePod(Pod& pod, const PodResult& result, const Round& round,
                                     const Context& context) const {
    api::PodSample sample;
    sample.pod = result.target.podUid;
    sample.name = result.target.podName;
    // Between two rounds that both had it.
    bool watched = lastRoundAt_ && pod.seenAt == lastRoundAt_;
    setReadiness(pod, result.target.ready, round.at);
    if (watched && pod.firstReadyAt) {
        // A readiness noted after the round began may lie after its end.
        sample.exposure = std::max(Duration{0}, round.at - std::max(*lastRoundAt_, *pod.firstReadyAt));
        sample.notReady = std::min(pod.notReady, sample.exposure);
    }
    pod.notReady = Duration{0};
    pod.seenAt = round.at;
    if (lastRoundAt_) {
        if (pod.firstRequestAt) sample.serving = std::max(Duration{0}, *lastRoundAt_ - *pod.firstRequestAt);
        sample.warm = context.warmUp == Duration{0} ||
                      (pod.firstRequestAt && *pod.firstRequestAt + context.warmUp <= *lastRoundAt_);
    }
    if (result.reading) {
        countReading(pod, *result.reading, round, context, sample);
    } else if (pod.numbers.readAt && sample.exposure > Duration{0}) {
        sample.lostScrapes = 1;
    }
    return sample;
}

void CounterBook::countReading(Pod& pod, const PodReading& reading, const Round& round,
                               const Context& context, api::PodSample& sample) const {
    bool readBefore = pod.numbers.readAt.has_value();
    Process process = readBefore ? processOf(pod.numbers, reading) : Process::Unknown;
    // A source that is new in a pod read before was not asked for until now; its past is not this interval's.
    bool fromZero = !readBefore && countsFromZero(reading, context);
    bool reset = false;
    std::vector<std::optional<api::Counts>> counts;
    // Series that come and go: as many again as may be there, shared by the sources.
    const size_t most = 2 * mostSeries(round.pods.size()) / std::max<size_t>(reading.sources.size(), 1);
    for (const SourceReading& source : reading.sources) {
        auto last = pod.numbers.sources.find(source.fingerprint);
        bool known = last != pod.numbers.sources.end();
        SourceDelta delta = known
                                ? advance(last->second, source, process)
                                : begin(source, fromZero || process == Process::Other ? FirstSight::FromZero
                                                                                      : FirstSight::Baseline);
        reset = reset || delta.reset;
        counts.push_back(std::move(delta.counts));
        pod.numbers.sources[source.fingerprint] =
            remember(known ? &last->second : nullptr, source, process, most);
    }
    bool restarted = process == Process::Other || (process == Process::Unknown && reset);
    if (restarted && sample.exposure > Duration{0}) sample.restarts = 1;
    sample.counted = readBefore || fromZero;
    for (const SelectedMetric& metric : round.selection->metrics) {
        if (counts[metric.source]) sample.counts[metric.name] = *counts[metric.source];
    }
    if (!pod.firstRequestAt && sawRequests(reading)) pod.firstRequestAt = round.at;
    pod.numbers.readAt = round.at;
    if (reading.processStart) pod.numbers.processStart = reading.processStart;
    if (double created = earliestCreated(reading); created > 0) pod.numbers.created = created;
}

bool CounterBook::countsFromZero(const PodReading& reading, const Context& context) const {
    double started = reading.processStart.value_or(earliestCreated(reading));
    if (!context.attemptStartedAt || !lastRoundAt_) return false;
    return started >= secondsOf(std::max(*context.attemptStartedAt, *beganAt_));
}

void CounterBook::countSilence(const Round& round) {
    int asked = 0;
    int silent = 0;
    for (const PodResult& result : round.pods) {
        if (result.target.arm != Arm::Canary || !result.target.ready || !result.model) continue;
        ++asked;
        if (*result.model == api::ModelAnswer::Silent) ++silent;
    }
    silentRounds_ = asked > 0 && silent == asked ? silentRounds_ + 1 : 0;
}

void CounterBook::forgetVanished(Timestamp now) {
    std::erase_if(pods_, [&](const auto& entry) {
        return !entry.second.seenAt || now - *entry.second.seenAt > vanishedFor;
    });
}

void CounterBook::setBack(Timestamp now) {
    lastRoundAt_ = now;
    for (auto& [uid, pod] : pods_) {
        pod.readinessAt.reset();
        pod.notReady = Duration{0};
        if (pod.seenAt) pod.seenAt = now;
        if (pod.firstReadyAt) pod.firstReadyAt = std::min(*pod.firstReadyAt, now);
        if (pod.firstRequestAt) pod.firstRequestAt = std::min(*pod.firstRequestAt, now);
    }
}

}  // namespace serin::signals
