// The input is an hourly record, as it stands in its ConfigMap, which anybody of the namespace may write.
#include "api/hourly_record.h"

#include <algorithm>
#include <numeric>

#include "judge/own_past.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

api::Analysis comparing(const api::HourlyRecord& record) {
    api::Analysis out;
    out.recordOver = api::kWeek;
    for (const auto& [name, feature] : record.features) {
        api::Metric metric;
        metric.kind = api::MetricKind::HistogramDrift;
        metric.name = metric.referenceFeature = name;
        metric.byLabel = feature.classes.empty() ? "" : "class";
        metric.inputs = true;
        out.metrics.push_back(metric);
    }
    return out;
}

}  // namespace

void one(std::string_view input) {
    const auto record = api::decodeRecord(std::string(input));
    if (!record) {
        require(!record.error().message.empty(), "a refusal has a sentence");
        return;
    }
    for (const auto& [name, feature] : record->features) {
        require(feature.edges.empty() != feature.classes.empty(), "a feature is a histogram or has classes");
        for (const auto& [hour, counts] : feature.hours) {
            require(counts.size() == feature.buckets(), "every bucket has a count");
            require(std::accumulate(counts.begin(), counts.end(), uint64_t{0}) <= api::kMostOfAnHour,
                    "an hour is within its bound");
        }
    }
    const std::string text = api::encodeRecord(*record);
    const auto again = api::decodeRecord(text);
    require(again.ok() && *again == *record, "what was read and written reads back as itself");
    // Going on from it, in the hour after the last one.
    api::Hour last{};
    for (const auto& [name, feature] : record->features) last = std::max(last, feature.hours.rbegin()->first);
    api::Stratum stratum;
    stratum.from = Timestamp(last) + std::chrono::hours(1);
    stratum.to = stratum.from + std::chrono::seconds(10);
    const api::Analysis analysis = comparing(*record);
    judge::OwnPast past(*record);
    past.add(analysis, {api::JudgeMode::Record, "v1", "", 0, -1, std::nullopt}, stratum);
    const api::Reference reference = past.reference(analysis);
    require(reference.past.has_value(), "it is a past");
    require(api::decodeRecord(api::encodeRecord(past.record())).ok(), "what it becomes can be read");
}

}  // namespace serin::fuzz
