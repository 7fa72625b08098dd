#pragma once

#include <optional>
#include <vector>

#include "signals/pod_reading.h"
#include "signals/prometheus_answer.h"

namespace serin::signals {

// What Prometheus scrapes as one page. Points into an answer, which outlives it.
struct PrometheusTarget {
    const PrometheusSeries* up = nullptr;
    std::vector<const PrometheusSeries*> series;  // of its page: those with all labels of `up`
};

// The one target of a pod that is read (see readPrometheus); absent when it has no series `up`.
std::optional<PrometheusTarget> chooseTarget(const std::vector<const PrometheusSeries*>& ofPod,
                                             int metricsPort);

// One scrape of a target, good when Prometheus got the page.
struct Scrape {
    Timestamp at;
    bool good = false;
    struct Number {
        const PrometheusSeries* series = nullptr;
        double value = 0;
        const PrometheusHistogram* histogram = nullptr;  // instead of a value
    };
    std::vector<Number> numbers;
};

// In their order. Prometheus gives all samples of a scrape its time; what a page dates itself belongs to the
// next scrape.
std::vector<Scrape> scrapesOf(const PrometheusTarget& target);

// What the page of a scrape said; fails as readSamples does.
Result<PodReading> readScrape(const PrometheusTarget& target, const Scrape& scrape,
                              const Selection& selection, size_t mostSelected);

}  // namespace serin::signals
