#include "signals/label_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace serin::signals {
namespace {

// Products with the unit are equal where the edges are: the judge names an edge by the same product.
std::optional<double> edgeAt(const SourceReading& reading, double unitSeconds, double seconds) {
    for (const SeriesNumber& number : reading.series) {
        if (number.slot == Slot::Bucket && number.edge * unitSeconds == seconds) return number.edge;
    }
    return std::nullopt;
}

// How a rise of that series changes how many events are bad: -1, 0 or 1 times.
int signOf(const SeriesNumber& number, SourceKind kind, std::optional<double> edge) {
    switch (number.slot) {
        case Slot::Total:
            return kind == SourceKind::Complement ? 1 : 0;
        case Slot::Bad:
            return kind == SourceKind::Complement ? -1 : 1;
        case Slot::Bucket:
            if (number.edge == std::numeric_limits<double>::infinity()) return 1;
            return edge && number.edge == *edge ? -1 : 0;
        default:
            return 0;
    }
}

void addRises(const SourceReading& reading, const std::vector<double>& rises, std::optional<double> edge,
              LabelParts::Events& events) {
    const std::vector<SeriesLabels::Column>& columns = reading.labels.columns;
    for (size_t i = 0; i < rises.size(); ++i) {
        const SeriesNumber& number = reading.series[i];
        const int sign = signOf(number, reading.kind, edge);
        if (sign == 0 || rises[i] == 0) continue;
        const bool ofHistogram = reading.kind == SourceKind::Histogram;
        const SeriesLabels::Row* const row = reading.labels.find(ofHistogram ? number.group : number.series);
        if (row == nullptr) continue;
        for (size_t k = 0; k < columns.size(); ++k) {
            const uint8_t value = row->values[k];
            if (value != SeriesLabels::kUnknown)
                events[{columns[k].label, columns[k].values[value]}] += sign * rises[i];
        }
    }
}

}  // namespace

LabelParts::LabelParts(const Selection& selection, const SlowerThan& slowerThan)
    : selection_(selection), slowerThan_(slowerThan), parts_(selection.metrics.size()) {}

void LabelParts::add(size_t source, const SourceReading& reading, const std::vector<double>& rises) {
    if (reading.labels.columns.empty() || rises.size() != reading.series.size()) return;
    for (size_t i = 0; i < selection_.metrics.size(); ++i) {
        const SelectedMetric& metric = selection_.metrics[i];
        if (metric.source != source) continue;
        std::optional<double> edge;
        if (reading.kind == SourceKind::Histogram) {
            const auto asked = slowerThan_.find(metric.name);
            if (asked != slowerThan_.end()) edge = edgeAt(reading, metric.unitSeconds, asked->second);
            if (!edge) continue;
            parts_[i].ofTwoEdges = parts_[i].ofTwoEdges || parts_[i].edge.value_or(*edge) != *edge;
            parts_[i].edge = edge;
        }
        addRises(reading, rises, edge, parts_[i].events);
    }
}

void LabelParts::giveTo(size_t metric, api::Counts& counts) const {
    const Part& part = parts_[metric];
    if (part.ofTwoEdges) return;
    counts.badAbove = part.edge;
    std::vector<api::LabelCount> events;
    for (const auto& [key, count] : part.events) {
        if (count >= 0.5)
            events.push_back({key.first, key.second, static_cast<uint64_t>(std::llround(count))});
    }
    counts.labels = api::gathered(events);
}

}  // namespace serin::signals
