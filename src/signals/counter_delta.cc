#include "signals/counter_delta.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace serin::signals {

namespace {

constexpr double startTolerance = 1.5;  // seconds
constexpr double createdTolerance = 0.001;

// The numbers of one series at one time.
struct Known {
    double value = 0;
    double created = 0;
};

double createdAt(const SourceNumbers& last, size_t index) {
    return last.created.empty() ? 0 : last.created[index];
}

std::optional<Known> find(const SourceNumbers& last, uint64_t series) {
    const auto found = std::ranges::lower_bound(*last.series, series, {}, &KnownSeries::series);
    if (found == last.series->end() || found->series != series) return std::nullopt;
    const auto index = static_cast<size_t>(found - last.series->begin());
    return Known{last.values[index], createdAt(last, index)};
}

bool wasReset(const Known& last, const SeriesNumber& now) {
    bool createdAnew =
        last.created > 0 && now.created > 0 && std::abs(now.created - last.created) > createdTolerance;
    return createdAnew || now.value < last.value;
}

std::vector<double> valuesOf(const SourceReading& reading) {
    std::vector<double> values;
    values.reserve(reading.series.size());
    for (const SeriesNumber& number : reading.series) values.push_back(number.value);
    return values;
}

bool isOnPage(const SeriesNumber&) {
    return true;
}
bool isOnPage(const KnownSeries& series) {
    return series.onPage;
}

// Adds up one number per series: what they are, or what they rose by.
template <typename Series>
Sums sumUp(const std::vector<Series>& series, const std::vector<double>& numbers) {
    Sums sums;
    struct AtEdge {
        double sum = 0;
        size_t histograms = 0;
    };
    std::map<double, AtEdge> edges;
    std::set<uint64_t> histograms;
    for (size_t i = 0; i < series.size(); ++i) {
        const Series& number = series[i];
        if (!isOnPage(number)) continue;
        switch (number.slot) {
            case Slot::Total:
            case Slot::Count:
                sums.total += numbers[i];
                break;
            case Slot::Bad:
                sums.bad += numbers[i];
                break;
            case Slot::Class:
                sums.total += numbers[i];
                ++edges[number.edge].histograms;
                edges[number.edge].sum += numbers[i];
                break;
            case Slot::Bucket:
                histograms.insert(number.group);
                edges[number.edge].sum += numbers[i];
                ++edges[number.edge].histograms;
                break;
        }
    }
    sums.edges.reserve(edges.size());
    sums.cumulative.reserve(edges.size());
    for (const auto& [edge, at] : edges) {
        if (std::isinf(edge)) {
            if (edge > 0) sums.infinite = at.sum;
        } else if (histograms.empty() || at.histograms == histograms.size()) {
            sums.edges.push_back(edge);
            sums.cumulative.push_back(at.sum);
        }
    }
    return sums;
}

uint64_t wholeNumber(double value) {
    return value > 0 ? static_cast<uint64_t>(std::llround(value)) : 0;
}

api::Counts classCountsOf(const Sums& sums, const std::map<double, std::string>& names) {
    std::map<std::string, uint64_t> byName;
    for (size_t i = 0; i < sums.edges.size(); ++i) {
        const auto name = names.find(sums.edges[i]);
        if (name != names.end()) byName[name->second] += wholeNumber(sums.cumulative[i]);
    }
    api::Counts counts;
    for (const auto& [name, count] : byName) {
        counts.classes.push_back(name);
        counts.buckets.push_back(count);
        counts.total += count;
    }
    return counts;
}

// Enforces what a client's races and float noise may break: a part is no more than the whole, cumulative
// buckets never fall.
api::Counts countsOf(const Sums& sums, const SourceReading& reading) {
    api::Counts counts;
    const SourceKind kind = reading.kind;
    if (kind == SourceKind::Classes) return classCountsOf(sums, reading.classes);
    if (kind == SourceKind::Mean) {
        counts.total = wholeNumber(sums.total);
        counts.sum = std::max(0.0, sums.bad);
        return counts;
    }
    if (kind != SourceKind::Histogram) {
        const uint64_t part = wholeNumber(sums.bad);
        counts.total = std::max(wholeNumber(sums.total), part);
        counts.bad = kind == SourceKind::Complement ? counts.total - part : part;
        return counts;
    }
    counts.edges = sums.edges;
    counts.sumIsNaN = reading.sumIsNaN;
    uint64_t below = 0;
    for (double cumulative : sums.cumulative) {
        uint64_t upTo = std::max(below, wholeNumber(cumulative));
        counts.buckets.push_back(upTo - below);
        below = upTo;
    }
    uint64_t all = std::max(below, wholeNumber(sums.infinite.value_or(sums.total)));
    counts.buckets.push_back(all - below);
    counts.total = std::max(all, wholeNumber(sums.total));
    return counts;
}

// Restored sums tell no series apart. In one process they rise; if they do not, a series left the page, and
// there is nothing to compare with.
SourceDelta advanceSums(const Sums& last, const SourceReading& reading, Process process) {
    Sums now = sumUp(reading.series, valuesOf(reading));
    Sums rise;
    rise.total = now.total - last.total;
    rise.bad = now.bad - last.bad;
    if (now.infinite) rise.infinite = *now.infinite - last.infinite.value_or(0);
    bool fell = rise.total < 0 || rise.bad < 0 || rise.infinite.value_or(0) < 0;
    size_t i = 0;
    for (size_t k = 0; k < now.edges.size(); ++k) {
        while (i < last.edges.size() && last.edges[i] < now.edges[k]) ++i;
        const bool known = i < last.edges.size() && last.edges[i] == now.edges[k];
        if (!known && reading.kind != SourceKind::Classes) continue;  // a class that is new counts from 0
        rise.edges.push_back(now.edges[k]);
        rise.cumulative.push_back(now.cumulative[k] - (known ? last.cumulative[i] : 0));
        fell = fell || rise.cumulative.back() < 0;
    }
    bool fromZero = process == Process::Other || (fell && process == Process::Unknown);
    if (fromZero) return {countsOf(now, reading), fell};
    bool incomparable = !now.edges.empty() && !last.edges.empty() && rise.edges.empty();
    if (fell || incomparable) return {std::nullopt, fell};
    // No bucket existed then: all edges count from 0.
    if (last.edges.empty()) {
        rise.edges = now.edges;
        rise.cumulative = now.cumulative;
    }
    return {countsOf(rise, reading), false};
}

// Series that left the page, as long as all of them together are no more than `most`.
std::vector<SeriesNumber> gone(const SourceNumbers& last, const SourceReading& now, size_t most) {
    std::set<uint64_t> present;
    for (const SeriesNumber& number : now.series) present.insert(number.series);
    std::vector<SeriesNumber> out;
    if (now.series.size() + last.values.size() > most) return out;
    for (size_t i = 0; i < last.values.size(); ++i) {
        const uint64_t series = (*last.series)[i].series;
        if (present.contains(series)) continue;
        SeriesNumber& number = out.emplace_back();
        number.series = series;
        number.value = last.values[i];
        number.created = createdAt(last, i);
    }
    return out;
}

}  // namespace

double earliestCreated(const PodReading& reading) {
    double earliest = 0;
    for (const SourceReading& source : reading.sources) {
        for (const SeriesNumber& number : source.series) {
            if (!number.native && number.created > 0 && (earliest == 0 || number.created < earliest))
                earliest = number.created;
        }
    }
    return earliest;
}

Process processOf(const PodNumbers& before, const PodReading& now) {
    if (before.processStart && now.processStart) {
        return *now.processStart - *before.processStart > startTolerance ? Process::Other : Process::Same;
    }
    double created = earliestCreated(now);
    if (before.readAt && before.created > 0 && created > before.created + createdTolerance &&
        created * 1000 > static_cast<double>(before.readAt->time_since_epoch().count())) {
        return Process::Other;
    }
    return Process::Unknown;
}

SourceDelta advance(const SourceNumbers& last, const SourceReading& now, Process process) {
    if (!now.exported) return {};
    if (last.onlySums) return advanceSums(*last.onlySums, now, process);
    // The numbers of one group (a histogram's buckets) are reset together, also those that rose past their
    // old values since.
    std::set<uint64_t> resetGroups;
    for (const SeriesNumber& number : now.series) {
        const std::optional<Known> before = find(last, number.series);
        if (before && wasReset(*before, number)) resetGroups.insert(number.group);
    }
    std::vector<double> rises;
    rises.reserve(now.series.size());
    for (const SeriesNumber& number : now.series) {
        const std::optional<Known> before = find(last, number.series);
        bool fromZero = !before || process == Process::Other || resetGroups.contains(number.group);
        rises.push_back(fromZero ? number.value : number.value - before->value);
    }
    api::Counts counts = countsOf(sumUp(now.series, rises), now);
    return {std::move(counts), !resetGroups.empty(), std::move(rises)};
}

SourceDelta begin(const SourceReading& now, FirstSight firstSight) {
    if (!now.exported || firstSight == FirstSight::Baseline) return {};
    return {countsOf(sumUp(now.series, valuesOf(now)), now), false, valuesOf(now)};
}

SourceDelta standStill(const SourceReading& now) {
    if (!now.exported) return {};
    return {countsOf(sumUp(now.series, std::vector<double>(now.series.size())), now), false};
}

SourceNumbers remember(const SourceNumbers* last, const SourceReading& now, Process process, size_t most) {
    std::vector<KnownSeries> series;
    std::vector<SeriesNumber> known = now.series;
    std::vector<SeriesNumber> left;
    if (last != nullptr && process != Process::Other) left = gone(*last, now, most);
    series.reserve(known.size() + left.size());
    for (const SeriesNumber& number : known) {
        series.push_back({number.series, number.group, number.edge, number.slot, true});
    }
    for (const SeriesNumber& number : left) series.push_back({number.series, 0, 0, Slot::Total, false});
    if (!left.empty()) {
        known.insert(known.end(), left.begin(), left.end());
        std::ranges::sort(known, {}, &SeriesNumber::series);
        std::ranges::sort(series, {}, &KnownSeries::series);
    }
    SourceNumbers numbers;
    numbers.fingerprint = now.fingerprint;
    const bool same = last != nullptr && last->series && *last->series == series;
    numbers.series =
        same ? last->series : std::make_shared<const std::vector<KnownSeries>>(std::move(series));
    numbers.values.reserve(known.size());
    for (const SeriesNumber& number : known) numbers.values.push_back(number.value);
    if (std::ranges::any_of(known, [](const SeriesNumber& number) { return number.created > 0; })) {
        numbers.created.reserve(known.size());
        for (const SeriesNumber& number : known) numbers.created.push_back(number.created);
    }
    return numbers;
}

Sums sumsOf(const SourceNumbers& numbers) {
    return numbers.onlySums ? *numbers.onlySums : sumUp(*numbers.series, numbers.values);
}

const SourceNumbers* PodNumbers::of(uint64_t fingerprint) const {
    const auto found = std::ranges::lower_bound(sources, fingerprint, {}, &SourceNumbers::fingerprint);
    return found != sources.end() && found->fingerprint == fingerprint ? &*found : nullptr;
}

void PodNumbers::keep(SourceNumbers numbers) {
    const auto place =
        std::ranges::lower_bound(sources, numbers.fingerprint, {}, &SourceNumbers::fingerprint);
    if (place != sources.end() && place->fingerprint == numbers.fingerprint) {
        *place = std::move(numbers);
    } else {
        sources.insert(place, std::move(numbers));
    }
}

void shareSeries(const PodNumbers& from, PodNumbers& to) {
    for (SourceNumbers& source : to.sources) {
        if (!source.series || source.series.use_count() > 1) continue;
        const SourceNumbers* other = from.of(source.fingerprint);
        if (other != nullptr && other->series && *other->series == *source.series)
            source.series = other->series;
    }
}

}  // namespace serin::signals
