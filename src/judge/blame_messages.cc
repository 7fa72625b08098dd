#include "judge/blame_messages.h"

#include <algorithm>

#include "base/text.h"

namespace serin::judge {
namespace {

constexpr double kMost = 0.5;       // of the excess: "most of it"
constexpr size_t kMostNamed = 2;    // labels, for a sentence is not long
constexpr size_t kAllRows = 1'000;  // more than there are

bool told(const MetricMemory& metric) {
    return !metric.blame.rows.empty() && metric.rate.evidence(*metric.definition) > 0;
}

// What is bad, after a number.
std::string thingsOf(const MetricMemory& metric) {
    if (metric.blame.above) {
        const double seconds = *metric.blame.above * metric.definition->unitSeconds;
        return cat("requests above ", humanNumber(seconds), " s");
    }
    return metric.definition->kind == api::MetricKind::Share ? "bad events" : "errors";
}

// Of each label the value that says most, if it says enough.
std::vector<Blame::Row> namedIn(const Blame& blame) {
    std::vector<Blame::Row> out;
    for (const Blame::Row& row : blame.worst(kAllRows)) {
        if (blame.excess(row) < kMost * blame.excess() || out.size() == kMostNamed) break;
        if (std::ranges::find(out, row.label, &Blame::Row::label) == out.end()) out.push_back(row);
    }
    return out;
}

}  // namespace

std::string blameNote(const MetricMemory& metric) {
    if (!told(metric)) return "";
    std::vector<std::string> parts;
    for (const Blame::Row& row : namedIn(metric.blame)) {
        const std::string things = parts.empty() ? cat(' ', thingsOf(metric)) : std::string();
        parts.push_back(cat(row.label, "=\"", row.value, "\" (", row.canary, " of ",
                            humanNumber(metric.blame.past.canaryBad), things, ")"));
    }
    return parts.empty() ? "" : cat("; most of it with ", join(parts, " and "));
}

std::vector<api::BlamedLabel> blamedLabels(const MetricMemory& metric) {
    std::vector<api::BlamedLabel> out;
    if (!told(metric)) return out;
    for (const Blame::Row& row : metric.blame.worst(api::kMostBlamed)) {
        out.push_back({row.label, row.value, row.canary, row.stable});
    }
    return out;
}

}  // namespace serin::judge
