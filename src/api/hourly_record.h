#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace serin::api {

// The beginning of an hour in UTC.
using Hour = std::chrono::sys_time<std::chrono::hours>;

// Counts of one feature, hour by hour, all over the same buckets.
struct FeatureRecord {
    std::string about;                 // what is counted, in words; when they change the record begins anew
    Hour since{};                      // the hour in which it began
    std::vector<double> edges;         // as Counts::edges
    std::vector<std::string> classes;  // ascending; instead of edges
    // Hours that ended, at most one of each hour of the week.
    std::map<Hour, std::vector<uint64_t>> hours;

    size_t buckets() const { return classes.empty() ? edges.size() + 1 : classes.size(); }
    bool operator==(const FeatureRecord&) const = default;
};

// What the version that serves saw and said in the hours before, as it is kept in a ConfigMap.
struct HourlyRecord {
    std::map<std::string, FeatureRecord> features;  // by metric

    bool operator==(const HourlyRecord&) const = default;
};

// The bounds keep the text within kLongestRecord: a count has at most seven digits.
inline constexpr size_t kMostRecordBuckets = 300;       // of all features together
inline constexpr uint64_t kMostOfAnHour = 1'000'000;    // values of one feature in one hour
inline constexpr size_t kLongestRecord = 640UL * 1024;  // bytes
inline constexpr std::chrono::hours kWeek{168};

// The format "serin-record/1" of docs/profiles.md. encodeRecord's text comes back as the same value, but for
// features that have no hours, or classes whose names are no UTF-8, which are left out; decodeRecord is
// strict, and its Error (Invalid) names what is wrong.
std::string encodeRecord(const HourlyRecord& record);
Result<HourlyRecord> decodeRecord(const std::string& text);

}  // namespace serin::api
