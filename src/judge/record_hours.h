#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/hourly_record.h"
#include "api/samples.h"
#include "judge/strata.h"

namespace serin::judge {

// An hour that ended takes its place in the record; `over` is how far back the record goes (judge/own_past.h
// has the rule).
void keepHour(api::FeatureRecord& feature, api::Hour hour, std::vector<uint64_t> counts,
              std::chrono::hours over);

// Forgets what is further back than `over` from the hour, and what is not before it.
void forgetHours(api::FeatureRecord& feature, api::Hour hour, std::chrono::hours over);

// Adds the warm pods' histograms to `open`, in the buckets between the edges that all of the record has;
// false where they share fewer than two with it, and nothing is added.
bool countHistograms(const std::vector<PodCounts>& pods, api::FeatureRecord& feature,
                     std::vector<uint64_t>& open);

// Adds the warm pods' events by class; new classes take their places everywhere.
void countRecordClasses(const std::vector<PodCounts>& pods, api::FeatureRecord& feature,
                        std::vector<uint64_t>& open);
// Forgets the classes that no hour has any more. Precondition: no hour is under way.
void forgetClasses(api::FeatureRecord& feature);

// Counts of the hours that the hour is compared with, and which these are, in words; nothing where none have
// `least` values.
struct Comparable {
    api::Counts counts;
    std::string hours;
};
std::optional<Comparable> comparable(const api::FeatureRecord& feature, api::Hour hour,
                                     std::chrono::hours over, double least);

}  // namespace serin::judge
