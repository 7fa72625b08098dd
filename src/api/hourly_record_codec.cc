#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>

#include "api/field.h"
#include "api/hourly_record.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "serin-record/1";
constexpr size_t kMostFeatures = 20;  // as many as there are metrics
constexpr size_t kLongestName = 64;
constexpr size_t kProblemsShown = 3;

std::string written(Hour hour) {
    return formatTime(Timestamp(hour));
}

// Pods may export class names that are no UTF-8, which JSON cannot hold: two of them could come back as one.
bool comesBack(const std::string& name) {
    const std::string text = json(name).dump(-1, ' ', false, json::error_handler_t::replace);
    return json::parse(text, nullptr, false) == name;
}

// Only as written() has it.
std::optional<Hour> hourIn(const std::string& text) {
    const std::optional<Timestamp> time = parseTime(text);
    if (!time) return std::nullopt;
    const Hour hour = std::chrono::floor<std::chrono::hours>(*time);
    return written(hour) == text ? std::optional(hour) : std::nullopt;
}

std::vector<double> edgesIn(const Field& field) {
    std::vector<double> out;
    for (const Field& edge : field.elements()) {
        if (!edge.value().is_number() || !std::isfinite(edge.value().get<double>())) {
            edge.problem("is no finite number");
            return {};
        }
        out.push_back(edge.value().get<double>());
    }
    if (out.size() < 2) field.problem("has fewer than two edges");
    if (std::ranges::adjacent_find(out, std::greater_equal()) != out.end()) field.problem("does not ascend");
    return out;
}

std::vector<std::string> classesIn(const Field& field) {
    std::vector<std::string> out;
    for (const Field& name : field.elements()) {
        out.push_back(name.text());
        if (out.back().size() > kLongestName) name.problem(cat("has more than ", kLongestName, " bytes"));
    }
    if (out.empty()) field.problem("is empty");
    if (std::ranges::adjacent_find(out, std::greater_equal()) != out.end()) field.problem("does not ascend");
    return out;
}

std::vector<uint64_t> countsIn(const Field& field, size_t buckets) {
    std::vector<uint64_t> out;
    uint64_t total = 0;
    for (const Field& count : field.elements()) {
        out.push_back(static_cast<uint64_t>(count.integer(0, 0, static_cast<int64_t>(kMostOfAnHour))));
        if (!count.present()) count.problem("is no count");
        total += out.back();
    }
    if (out.size() != buckets) field.problem(cat("has ", out.size(), " counts beside ", buckets, " buckets"));
    if (total == 0 || total > kMostOfAnHour) {
        field.problem(cat("counts ", total, " values, not 1 to ", kMostOfAnHour));
    }
    return out;
}

void readHours(const Field& field, FeatureRecord& out) {
    if (!field.value().is_object() || field.value().empty()) {
        return field.problem("is no object of counts by hour");
    }
    std::set<int64_t> ofTheWeek;
    for (const auto& [name, counts] : field.value().items()) {
        const Field at(counts, cat(field.path(), '.', shortened(name, kLongestName)), field.problems());
        const std::optional<Hour> hour = hourIn(name);
        if (!hour) {
            at.problem("is no hour such as 2026-01-02T03:00:00Z");
            continue;
        }
        if (!ofTheWeek.insert(hour->time_since_epoch().count() % kWeek.count()).second) {
            at.problem("is an hour of the week that is there twice");
        }
        out.hours[*hour] = countsIn(at, out.buckets());
    }
}

FeatureRecord featureIn(const Field& feature) {
    FeatureRecord out;
    out.about = feature.at("about").text();
    const std::optional<Hour> since = hourIn(feature.at("since").text());
    if (!since) feature.at("since").problem("is no hour such as 2026-01-02T03:00:00Z");
    out.since = since.value_or(Hour());
    const bool edges = feature.at("edges").present();
    if (edges == feature.at("classes").present()) {
        feature.problem("states both edges and classes, or neither");
        return out;
    }
    if (edges) out.edges = edgesIn(feature.at("edges"));
    if (!edges) out.classes = classesIn(feature.at("classes"));
    readHours(feature.at("hours"), out);
    return out;
}

Error faulty(std::vector<std::string> problems) {
    const size_t more = problems.size() - std::min(problems.size(), kProblemsShown);
    problems.resize(problems.size() - more);
    return invalid(cat(join(problems, "; "), more > 0 ? cat("; and ", more, " more") : ""));
}

}  // namespace

std::string encodeRecord(const HourlyRecord& record) {
    json features = json::object();
    for (const auto& [name, feature] : record.features) {
        if (feature.hours.empty() || !std::ranges::all_of(feature.classes, comesBack)) continue;
        json hours = json::object();
        for (const auto& [hour, counts] : feature.hours) hours[written(hour)] = counts;
        json& out = features[name];
        out = {{"about", feature.about}, {"since", written(feature.since)}, {"hours", std::move(hours)}};
        if (feature.classes.empty()) {
            out["edges"] = feature.edges;
        } else {
            out["classes"] = feature.classes;
        }
    }
    const json whole{{"format", kFormat}, {"features", std::move(features)}};
    return whole.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<HourlyRecord> decodeRecord(const std::string& text) {
    if (text.size() > kLongestRecord) {
        return invalid(cat("has ", text.size(), " bytes, more than ", kLongestRecord));
    }
    const json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) return invalid("is no JSON");
    std::vector<std::string> problems;
    const Field root(value, "record", problems);
    if (root.at("format").value() != kFormat) {
        return invalid(cat("record.format is not \"", kFormat, "\", which is all that this Serin reads"));
    }
    const json& features = root.at("features").value();
    if (!features.is_object() || features.size() > kMostFeatures) {
        return invalid(cat("record.features is no object of at most ", kMostFeatures, " features"));
    }
    HourlyRecord out;
    size_t buckets = 0;
    for (const auto& [name, feature] : features.items()) {
        const Field field(feature, cat("features.", shortened(name, kLongestName)), problems);
        if (name.empty() || name.size() > kLongestName) field.problem("is no metric's name");
        buckets += (out.features[name] = featureIn(field)).buckets();
    }
    if (buckets > kMostRecordBuckets) {
        root.at("features").problem(cat("has ", buckets, " buckets, more than ", kMostRecordBuckets));
    }
    if (!problems.empty()) return faulty(problems);
    return out;
}

}  // namespace serin::api
