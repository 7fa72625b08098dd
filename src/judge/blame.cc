#include "judge/blame.h"

#include <algorithm>
#include <map>
#include <utility>

#include "api/label_counts.h"

namespace serin::judge {
namespace {

// What is less is no cause that anybody would look for first.
constexpr double kLeastPart = 0.1;

}  // namespace

// Bad events of the canary where it had stable's share of them.
double Blame::expectedOf(double stable) const {
    if (past.stable <= 0 || past.canaryBad * past.stable <= past.stableBad * past.canary) return 0;
    return stable * past.canary / past.stable;
}

double Blame::excess() const {
    return past.canaryBad - expectedOf(past.stableBad);
}

double Blame::excess(const Row& row) const {
    return static_cast<double>(row.canary) - expectedOf(static_cast<double>(row.stable));
}

void Blame::add(const Blame& interval) {
    // Nobody said anything: an edge that is not told is no other edge.
    if (interval == Blame()) return;
    if (above != interval.above) *this = {};
    above = interval.above;
    past.canary += interval.past.canary;
    past.canaryBad += interval.past.canaryBad;
    past.stable += interval.past.stable;
    past.stableBad += interval.past.stableBad;
    std::map<std::pair<std::string, std::string>, std::pair<uint64_t, uint64_t>> sums;
    for (const std::vector<Row>* part : {&std::as_const(rows), &interval.rows}) {
        for (const Row& row : *part) {
            auto& [canary, stable] = sums[{row.label, row.value}];
            canary += row.canary;
            stable += row.stable;
        }
    }
    rows.clear();
    for (const auto& [key, sum] : sums) rows.push_back({key.first, key.second, sum.first, sum.second});
    bound();
}

void Blame::bound() {
    struct Label {
        std::string name;
        std::vector<Row> rows;
        uint64_t canary = 0;
    };
    std::vector<Label> labels;
    for (Row& row : rows) {
        if (labels.empty() || labels.back().name != row.label) labels.push_back({row.label, {}, 0});
        labels.back().canary += row.canary;
        labels.back().rows.push_back(std::move(row));
    }
    std::ranges::stable_sort(labels, [](const Label& a, const Label& b) { return a.canary > b.canary; });
    labels.resize(std::min(labels.size(), api::kMostLabels));
    std::ranges::sort(labels, {}, &Label::name);
    std::vector<Row> kept;
    for (Label& label : labels) {
        std::ranges::stable_sort(label.rows,
                                 [&](const Row& a, const Row& b) { return excess(a) > excess(b); });
        label.rows.resize(std::min(label.rows.size(), kMostBlamedValues));
        std::ranges::sort(label.rows, {}, &Row::value);
        kept.insert(kept.end(), label.rows.begin(), label.rows.end());
    }
    rows = std::move(kept);
    rows.shrink_to_fit();
}

std::vector<Blame::Row> Blame::worst(size_t most) const {
    const double least = kLeastPart * excess();
    std::vector<Row> out;
    for (const Row& row : rows) {
        if (row.canary > 0 && excess(row) >= least) out.push_back(row);
    }
    std::ranges::stable_sort(out, [&](const Row& a, const Row& b) { return excess(a) > excess(b); });
    out.resize(std::min(out.size(), most));
    return out;
}

}  // namespace serin::judge
