#include "signals/native_reading.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/text.h"
#include "signals/fingerprint.h"
#include "signals/native_histogram.h"
#include "signals/number.h"
#include "signals/series_identity.h"

namespace serin::signals {

namespace {

constexpr double startTolerance = 1.5;  // seconds; see processOf()

bool lacksBucketsOf(const SourceReading& source) {
    if (source.kind != SourceKind::Histogram) return false;
    const std::set<uint64_t> groups = groupsWithBuckets(source);
    return std::any_of(source.series.begin(), source.series.end(), [&](const SeriesNumber& number) {
        return number.slot == Slot::Bucket && !groups.contains(number.group);
    });
}

}  // namespace

std::set<uint64_t> groupsWithBuckets(const SourceReading& source) {
    std::set<uint64_t> groups;
    for (const SeriesNumber& number : source.series) {
        if (number.slot == Slot::Bucket && !std::isinf(number.edge)) groups.insert(number.group);
    }
    return groups;
}

Result<std::vector<SeriesNumber>> seriesOfNative(const NativeSample& sample, uint64_t family,
                                                 const EdgeGrid& grid) {
    const double all = sample.histogram.all();
    if (!std::isfinite(sample.count + all) || sample.count < 0) {
        return invalid(cat(sample.name, " has ", numberText(sample.count), " observations, ", numberText(all),
                           " of them in its buckets, which are no counts"));
    }
    std::vector<SeriesNumber> series;
    SeriesNumber number;
    number.group = seriesIdentity(family, sample.labels, false);
    number.slot = Slot::Count;
    number.value = sample.count;
    number.series = seriesIdentity(seriesSeed(cat(sample.name, "_count"), Slot::Count), sample.labels, true);
    series.push_back(number);
    number.slot = Slot::Bucket;
    const uint64_t seed = seriesSeed(cat(sample.name, "_bucket"), Slot::Bucket);
    const uint64_t everyEdge = seriesIdentity(seed, sample.labels, false);
    const auto addAt = [&](double edge, double upTo) {
        number.series = everyEdge;
        number.value = upTo;
        putAtEdge(edge, seed, number);
        series.push_back(number);
    };
    for (const AtEdge& at : countsAt(sample.histogram, grid)) addAt(at.edge, at.upTo);
    addAt(std::numeric_limits<double>::infinity(), all);
    return series;
}

void joinNatives(const std::vector<SeriesNumber>& natives, const EdgeGrid& grid, SourceReading& source) {
    if (natives.empty()) return;
    const std::set<uint64_t> classic = groupsWithBuckets(source);
    std::set<uint64_t> joined;
    for (const SeriesNumber& number : natives) {
        if (classic.contains(number.group)) continue;
        joined.insert(number.group);
        source.series.push_back(number);
    }
    if (joined.empty()) return;
    // The page's own _count too.
    for (SeriesNumber& number : source.series) number.native = joined.contains(number.group);
    const std::string edges = cat("native ", grid.schema, " ", grid.lowest, " ", grid.highest);
    source.fingerprint = fingerprint(edges, source.fingerprint);
}

bool lacksBuckets(const PodReading& reading) {
    return std::any_of(reading.sources.begin(), reading.sources.end(), lacksBucketsOf);
}

Result<PodReading> withNativeHistograms(PodReading text, PodReading protobuf) {
    const auto& before = text.processStart;
    const auto& after = protobuf.processStart;
    if (before && after && std::abs(*after - *before) > startTolerance) {
        return Error{ErrorCode::Unavailable, "its process restarted while it was read"};
    }
    for (size_t i = 0; i < text.sources.size(); ++i) {
        if (lacksBucketsOf(text.sources[i])) text.sources[i] = std::move(protobuf.sources[i]);
    }
    return text;
}

}  // namespace serin::signals
