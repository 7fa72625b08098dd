#include "signals/prometheus_target.h"

#include <algorithm>
#include <deque>
#include <map>

#include "base/text.h"
#include "signals/prometheus_query.h"

namespace serin::signals {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view nameLabel = "__name__";
constexpr std::string_view exported = "exported_";

bool isUp(const PrometheusSeries& series) {
    return series.label(nameLabel) == upName;
}

// Whether the series is of the page of this target: it has all the labels that scraping added.
bool belongs(const PrometheusSeries& series, const PrometheusSeries& up) {
    return std::ranges::all_of(up.labels, [&](const auto& label) {
        return label.first == nameLabel || series.label(label.first) == label.second;
    });
}

bool hasJudged(const PrometheusTarget& target) {
    return std::ranges::any_of(
        target.series, [](const PrometheusSeries* one) { return one->label(nameLabel) != processStartName; });
}

// The page's own labels, as the page had them.
std::vector<Label> ownLabels(const PrometheusSeries& series, const PrometheusSeries& up) {
    std::vector<Label> out;
    for (const auto& [name, value] : series.labels) {
        if (name == nameLabel) continue;
        std::string_view own = name;
        if (own.starts_with(exported) && !up.label(own.substr(exported.size())).empty()) {
            own.remove_prefix(exported.size());
        } else if (!up.label(own).empty()) {
            continue;
        }
        out.push_back({own, value});
    }
    return out;
}

}  // namespace

std::optional<PrometheusTarget> chooseTarget(const std::vector<const PrometheusSeries*>& ofPod,
                                             int metricsPort) {
    std::vector<PrometheusTarget> targets;
    for (const PrometheusSeries* one : ofPod) {
        if (isUp(*one)) targets.push_back({one, {}});
    }
    if (targets.empty()) return std::nullopt;
    std::ranges::sort(targets, {}, [](const PrometheusTarget& target) { return target.up->labels; });
    for (const PrometheusSeries* one : ofPod) {
        if (isUp(*one)) continue;
        // Where one target's labels are among another's, the page is that of the one with more of them.
        PrometheusTarget* best = nullptr;
        for (PrometheusTarget& target : targets) {
            if (!belongs(*one, *target.up)) continue;
            if (best == nullptr || target.up->labels.size() > best->up->labels.size()) best = &target;
        }
        if (best != nullptr) best->series.push_back(one);
    }
    const std::string port = cat(':', metricsPort);
    auto chosen = std::ranges::find_if(targets, [&](const PrometheusTarget& target) {
        return target.up->label("instance").ends_with(port);
    });
    if (chosen == targets.end()) chosen = std::ranges::find_if(targets, hasJudged);
    return chosen == targets.end() ? targets.front() : *chosen;
}

std::vector<Scrape> scrapesOf(const PrometheusTarget& target) {
    std::vector<Scrape> scrapes;
    for (const PrometheusSample& sample : target.up->samples)
        scrapes.push_back({sample.at, sample.value == 1, {}});
    std::ranges::stable_sort(scrapes, {}, &Scrape::at);
    const auto add = [&](Timestamp at, const Scrape::Number& number) {
        const auto scrape = std::ranges::lower_bound(scrapes, at, {}, &Scrape::at);
        if (scrape == scrapes.end()) return;
        auto& numbers = scrape->numbers;
        if (!numbers.empty() && numbers.back().series == number.series) numbers.pop_back();
        numbers.push_back(number);
    };
    for (const PrometheusSeries* series : target.series) {
        for (const PrometheusSample& sample : series->samples)
            add(sample.at, {series, sample.value, nullptr});
        for (const auto& [at, histogram] : series->histograms) add(at, {series, 0, &histogram});
    }
    return scrapes;
}

Result<PodReading> readScrape(const PrometheusTarget& target, const Scrape& scrape,
                              const Selection& selection, size_t mostSelected) {
    std::vector<std::vector<Label>> labels;
    labels.reserve(scrape.numbers.size());
    std::vector<Sample> samples;
    std::vector<NativeSample> natives;
    std::vector<UnreadNative> unread;
    std::deque<NativeHistogram> histograms;
    std::deque<std::string> reasons;
    for (const Scrape::Number& number : scrape.numbers) {
        const std::string_view name = number.series->label(nameLabel);
        labels.push_back(ownLabels(*number.series, *target.up));
        if (number.histogram == nullptr) {
            samples.push_back({name, labels.back(), number.value, std::nullopt, 0});
            continue;
        }
        auto histogram = nativeOf(*number.histogram);
        if (!histogram) {
            unread.push_back({name, labels.back(), reasons.emplace_back(histogram.error().message)});
            continue;
        }
        natives.push_back(
            {name, labels.back(), number.histogram->count, histograms.emplace_back(std::move(*histogram))});
    }
    auto reading = readSamples(samples, natives, unread, selection, mostSelected);
    if (reading) reading->at = scrape.at;
    return reading;
}

}  // namespace serin::signals
