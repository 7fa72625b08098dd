#include "signals/series_labels.h"

#include <algorithm>

namespace serin::signals {
namespace {

// Which pod it was is told by itself, and where it runs is no cause that a version has.
bool tellsPodsApart(std::string_view label) {
    static constexpr std::array<std::string_view, 11> kPlaces = {"container", "host", "hostname",  "instance",
                                                                 "job",       "le",   "namespace", "node",
                                                                 "pid",       "pod",  "pod_name"};
    return std::ranges::find(kPlaces, label) != kPlaces.end();
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// Of the value in `values`, which it joins where there is room.
template <typename Candidate>
uint8_t indexOf(std::string_view value, Candidate& candidate) {
    if (value.empty()) return SeriesLabels::kUnknown;
    if (const auto found = candidate.indices.find(value); found != candidate.indices.end())
        return found->second;
    const std::string kept = api::labelText(std::string(value));
    if (const auto found = candidate.indices.find(kept); found != candidate.indices.end())
        return found->second;
    if (candidate.values.size() >= LabelCollector::kMostKnown) return SeriesLabels::kUnknown;
    const auto index = static_cast<uint8_t>(candidate.values.size());
    candidate.values.push_back(kept);
    candidate.indices.emplace(kept, index);
    return index;
}

}  // namespace

const SeriesLabels::Row* SeriesLabels::find(uint64_t key) const {
    const auto found = std::ranges::lower_bound(rows, key, {}, &Row::key);
    return found != rows.end() && found->key == key ? &*found : nullptr;
}

LabelCollector::Candidate* LabelCollector::candidate(const Label& label) {
    const auto known = std::ranges::find(candidates_, label.name, &Candidate::label);
    if (known != candidates_.end()) return &*known;
    if (candidates_.size() >= kMostCandidates || tellsPodsApart(label.name)) return nullptr;
    if (contains(rule_.fixed, label.name)) return nullptr;
    Candidate& made = candidates_.emplace_back();
    made.label = label.name;
    made.first = label.value;
    return &made;
}

void LabelCollector::note(std::span<const Label> labels, uint64_t key, bool bad) {
    ++series_;
    Row row{key, {}};
    row.values.fill(SeriesLabels::kUnknown);
    for (const Label& label : labels) {
        Candidate* const column = candidate(label);
        if (column == nullptr) continue;
        ++column->series;
        column->varies = column->varies || label.value != column->first;
        if (bad) row.values[static_cast<size_t>(column - candidates_.data())] = indexOf(label.value, *column);
    }
    if (bad) rows_.push_back(row);
}

size_t LabelCollector::rank(const std::string& label) const {
    return static_cast<size_t>(std::ranges::find(rule_.preferred, label) - rule_.preferred.begin());
}

std::vector<size_t> LabelCollector::chosen() const {
    std::vector<size_t> out;
    for (size_t i = 0; i < candidates_.size(); ++i) {
        const Candidate& column = candidates_[i];
        const bool everywhere = column.series >= series_;
        if (column.values.empty() || (rule_.byDifference && !everywhere)) continue;
        if (column.varies || !everywhere) out.push_back(i);
    }
    std::ranges::sort(out, [&](size_t a, size_t b) {
        const size_t first = rank(candidates_[a].label), second = rank(candidates_[b].label);
        return first != second ? first < second : candidates_[a].label < candidates_[b].label;
    });
    out.resize(std::min(out.size(), api::kMostLabels));
    return out;
}

SeriesLabels LabelCollector::finish() {
    SeriesLabels out;
    const std::vector<size_t> columns = chosen();
    if (columns.empty()) return out;
    for (const size_t column : columns) {
        Candidate& from = candidates_[column];
        out.columns.push_back({api::labelText(from.label), std::move(from.values)});
    }
    out.rows.reserve(rows_.size());
    for (const Row& row : rows_) {
        SeriesLabels::Row& kept = out.rows.emplace_back();
        kept.key = row.key;
        kept.values.fill(SeriesLabels::kUnknown);
        for (size_t i = 0; i < columns.size(); ++i) kept.values[i] = row.values[columns[i]];
    }
    std::ranges::stable_sort(out.rows, {}, &SeriesLabels::Row::key);
    const auto same = [](const SeriesLabels::Row& a, const SeriesLabels::Row& b) { return a.key == b.key; };
    out.rows.erase(std::unique(out.rows.begin(), out.rows.end(), same), out.rows.end());
    return out;
}

}  // namespace serin::signals
