#include "signals/counter_book.h"

#include <algorithm>

#include "base/text.h"

namespace serin::signals {

namespace {

// Endpoints flap; a pod that comes back within this time goes on from its old numbers.
constexpr auto vanishedFor = std::chrono::hours(1);

// Two servers behind one address scrape a pod each at its own moments, by its own clock. Scrapes this close
// may be told in the wrong order, and the older one of them would look like a counter that was reset. (Of one
// server's, no two are closer than its scrape interval, which is 1 s or more.)
constexpr auto sameMoment = std::chrono::milliseconds(500);

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
        const auto [cause, isNew] = causes.try_emplace(result.reading.error().message);
        if (isNew) {
            cause->second.first =
                result.about.value_or(cat(result.target.address, ":", result.target.metricsPort));
        } else {
            ++cause->second.more;
        }
    }
    std::vector<std::string> troubles;
    for (const auto& [message, cause] : causes) {
        const std::string more = cause.more > 0 ? cat(" and ", cause.more, " more") : std::string();
        troubles.push_back(cause.first.empty() ? message : cat(cause.first, more, ": ", message));
    }
    return troubles;
}

std::map<std::string, std::vector<api::Look>> looksOf(const Round& round) {
    std::map<std::string, std::vector<api::Look>> out;
    for (const QueryResult& result : round.queries) {
        api::Look look{round.at, std::nullopt, ""};
        if (result.answer) {
            look.value = *result.answer;
        } else {
            look.trouble = result.answer.error().message;
        }
        out[result.query.metric].push_back(std::move(look));
    }
    return out;
}

// Between the first and the last of those that were read, beyond what is meant to be.
Duration spreadOf(const Round& round) {
    std::optional<Timestamp> first, last;
    for (const PodResult& result : round.pods) {
        if (!result.reading) continue;
        first = std::min(first.value_or(result.startedAt), result.startedAt);
        last = std::max(last.value_or(result.startedAt), result.startedAt);
    }
    if (!first) return Duration{0};
    return std::max(Duration{0}, *last - *first - round.allowedSpread);
}

bool sawRequests(const PodReading& reading) {
    return std::any_of(reading.sources.begin(), reading.sources.end(), [](const SourceReading& source) {
        return std::any_of(source.series.begin(), source.series.end(),
                           [](const SeriesNumber& number) { return number.value > 0; });
    });
}

bool isNews(const PodReading& scrape, const PodNumbers& numbers) {
    return !scrape.at || !numbers.readAt || *scrape.at > *numbers.readAt + sameMoment;
}

// What a pod counted in an interval.
struct Counted {
    std::vector<std::optional<api::Counts>> counts;  // by source
    LabelParts parts;
};

// Adds what a scrape counted, and remembers its numbers. Whether the process is another one.
bool take(const PodReading& scrape, bool fromZero, size_t most, PodNumbers& numbers, Counted& counted) {
    const Process process = numbers.readAt ? processOf(numbers, scrape) : Process::Unknown;
    // A source that is new in a pod read before was not asked for until now; its past is not this interval's.
    const bool newCounts = fromZero || process == Process::Other;
    bool reset = false;
    // Series that come and go: as many again as may be there, shared by the sources.
    const size_t mostOfOne = most / std::max<size_t>(scrape.sources.size(), 1);
    numbers.sources.reserve(scrape.sources.size());
    for (size_t i = 0; i < scrape.sources.size(); ++i) {
        const SourceReading& source = scrape.sources[i];
        const SourceNumbers* last = numbers.of(source.fingerprint);
        const SourceDelta delta =
            last != nullptr ? advance(*last, source, process)
                            : begin(source, newCounts ? FirstSight::FromZero : FirstSight::Baseline);
        reset = reset || delta.reset;
        std::optional<api::Counts>& counts = counted.counts[i];
        if (delta.counts) counts = counts ? together(*counts, *delta.counts) : *delta.counts;
        counted.parts.add(i, source, delta.rises);
        numbers.keep(remember(last, source, process, mostOfOne));
    }
    if (scrape.processStart) numbers.processStart = scrape.processStart;
    if (const double created = earliestCreated(scrape); created > 0) numbers.created = created;
    return process == Process::Other || (process == Process::Unknown && reset);
}

bool tellsSeries(const PodNumbers& numbers) {
    return std::ranges::any_of(numbers.sources,
                               [](const SourceNumbers& source) { return source.series != nullptr; });
}

std::vector<std::optional<api::Counts>> standStills(const PodReading& scrape) {
    std::vector<std::optional<api::Counts>> out;
    for (const SourceReading& source : scrape.sources) out.push_back(standStill(source).counts);
    return out;
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
    stratum.looks = looksOf(round);
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
        countReadings(pod, result, round, context, sample);
    } else if (pod.numbers.readAt && sample.exposure > Duration{0}) {
        sample.lostScrapes = 1;
    }
    return sample;
}

void CounterBook::countReadings(Pod& pod, const PodResult& result, const Round& round, const Context& context,
                                api::PodSample& sample) const {
    std::vector<const PodReading*> scrapes;
    for (const PodReading& earlier : result.earlier) scrapes.push_back(&earlier);
    scrapes.push_back(&*result.reading);
    const bool readBefore = pod.numbers.readAt.has_value();
    const bool fromZero = !readBefore && countsFromZero(*scrapes.front(), context);
    // A baseline is the newest scrape: what came before it belongs to nobody.
    if (!readBefore && !fromZero) scrapes = {scrapes.back()};
    const size_t most = 2 * mostSeries(round.pods.size());
    Counted counted{std::vector<std::optional<api::Counts>>(result.reading->sources.size()),
                    LabelParts(*round.selection, context.slowerThan)};
    bool news = false;
    for (const PodReading* scrape : scrapes) {
        if (!isNews(*scrape, pod.numbers)) continue;
        news = true;
        const bool restarted = take(*scrape, fromZero, most, pod.numbers, counted);
        if (restarted && sample.exposure > Duration{0}) ++sample.restarts;
        pod.numbers.readAt = scrape->at.value_or(round.at);
        if (!pod.firstRequestAt && sawRequests(*scrape)) pod.firstRequestAt = pod.numbers.readAt;
    }
    // With one of them, so that the work grows as the pods do: who shares has what that one has.
    const auto like = std::ranges::find_if(
        pods_, [&](const auto& other) { return &other.second != &pod && tellsSeries(other.second.numbers); });
    if (like != pods_.end()) shareSeries(like->second.numbers, pod.numbers);
    if (!news) counted.counts = standStills(*result.reading);
    sample.counted = readBefore || fromZero;
    const std::vector<SelectedMetric>& metrics = round.selection->metrics;
    for (size_t i = 0; i < metrics.size(); ++i) {
        const std::optional<api::Counts>& counts = counted.counts[metrics[i].source];
        if (!counts) continue;
        api::Counts& given = sample.counts[metrics[i].name] = *counts;
        counted.parts.giveTo(i, given);
    }
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
        // Scrapes that others keep are told apart by their times.
        if (pod.numbers.readAt) pod.numbers.readAt = std::min(*pod.numbers.readAt, now);
    }
}

}  // namespace serin::signals
