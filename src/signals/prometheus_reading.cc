#include "signals/prometheus_reading.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/shorten.h"
#include "base/text.h"
#include "signals/fingerprint.h"
#include "signals/prometheus_query.h"
#include "signals/prometheus_target.h"

namespace serin::signals {
namespace {

// In halves: a scrape may be missed, and the next one be under way.
constexpr int kFreshHalfIntervals = 5;
constexpr int kMostScrapes = 50;
constexpr size_t kLongestQuery = 400;

using ByPod = std::map<std::string_view, std::vector<const PrometheusSeries*>>;

Error unavailable(std::string message) {
    return Error{ErrorCode::Unavailable, std::move(message)};
}

// Numbers of another origin are not compared with these: each begins with a baseline.
void markOrigin(PodReading& reading, const PrometheusOrigin& origin) {
    for (SourceReading& source : reading.sources) {
        source.fingerprint = fingerprint(origin.source.address, source.fingerprint);
    }
}

bool anythingJudged(const PodReading& reading) {
    return std::ranges::any_of(reading.sources, &SourceReading::exported);
}

// Without numbers that change from look to look: these words stand in the status, which would be written
// anew.
std::string notFresh(const std::vector<Scrape>& scrapes, Duration scrapeInterval) {
    if (!scrapes.back().good) return "Prometheus could not scrape it at its last attempts (up is 0)";
    return cat("Prometheus scraped it last longer ago than 2.5 times the scrapeInterval ",
               formatDuration(scrapeInterval),
               "; state how often it scrapes these pods, or is its clock another?");
}

// Its readings; the last of them decides whether it has any.
void readPod(const std::vector<const PrometheusSeries*>& series, const PrometheusOrigin& origin,
             const Round& round, PodResult& pod) {
    const auto target = chooseTarget(series, pod.target.metricsPort);
    if (!target) {
        pod.reading = unavailable("Prometheus has series of it, but not the series up of its scrapes");
        return;
    }
    const std::vector<Scrape> scrapes = scrapesOf(*target);
    const auto last = std::ranges::find_if(scrapes.rbegin(), scrapes.rend(), &Scrape::good);
    const Duration oldest = origin.source.scrapeInterval * kFreshHalfIntervals / 2;
    if (last == scrapes.rend() || round.at - last->at > oldest) {
        pod.reading = unavailable(notFresh(scrapes, origin.source.scrapeInterval));
        return;
    }
    pod.startedAt = pod.endedAt = last->at;
    for (const Scrape& scrape : scrapes) {
        if (!scrape.good) continue;
        auto reading = readScrape(*target, scrape, *round.selection, mostSeries(round.pods.size()));
        if (reading) markOrigin(*reading, origin);
        if (&scrape == &*last) {
            pod.reading = std::move(reading);
        } else if (reading) {
            pod.earlier.push_back(std::move(*reading));
        }
    }
}

// All pods are scraped, and of none there is anything to judge.
std::string nothingJudged(const Selection& selection) {
    std::set<std::string> names;
    for (const Source& source : selection.sources) {
        for (const Selector& selector : source.total) names.insert(selector.text());
        for (const Selector& selector : source.bad) names.insert(selector.text());
        if (!source.histogram.name.empty()) names.insert(source.histogram.text());
    }
    return cat("scrapes these pods, but has of none of them what is judged (",
               shortened(join({names.begin(), names.end()}, ", "), kLongestQuery),
               "): no request was counted yet, their pages have other series, or relabelling drops these");
}

}  // namespace

std::string nameOf(const api::PrometheusSource& source) {
    return cat("Prometheus at ", source.address);
}

Duration windowOf(const PrometheusOrigin& origin, Duration interval) {
    const Duration scrape = origin.source.scrapeInterval;
    return std::min<Duration>(interval + 3 * scrape, kMostScrapes * scrape);
}

void readPrometheus(const std::vector<PrometheusSeries>& series, const PrometheusOrigin& origin,
                    const std::string& query, Round& round) {
    round.allowedSpread = origin.source.scrapeInterval;
    ByPod byPod;
    for (const PrometheusSeries& one : series) {
        if (!one.samples.empty() || !one.histograms.empty()) byPod[one.label(podLabel)].push_back(&one);
    }
    if (byPod.empty()) {
        return failRound(
            unavailable(cat(origin.name(), " has no series for ", shortened(query, kLongestQuery),
                            "; does it scrape these pods, and do their series carry the labels ",
                            namespaceLabel, " and ", podLabel, "?")),
            round);
    }
    bool judged = round.selection->sources.empty(), read = false;
    for (PodResult& pod : round.pods) {
        pod.about = cat("pod ", pod.target.podName);
        const auto found = byPod.find(pod.target.podName);
        if (found == byPod.end()) {
            pod.reading = unavailable("Prometheus has no series of it; does it scrape this pod?");
            continue;
        }
        readPod(found->second, origin, round, pod);
        read = read || pod.reading;
        judged = judged || !pod.reading || anythingJudged(*pod.reading);
    }
    if (read && !judged) {
        failRound(unavailable(cat(origin.name(), " ", nothingJudged(*round.selection))), round);
    }
}

void failRound(const Error& why, Round& round) {
    for (PodResult& pod : round.pods) {
        pod.about = "";
        pod.earlier.clear();
        pod.reading = why;
    }
}

}  // namespace serin::signals
