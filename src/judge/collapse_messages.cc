#include "judge/collapse_messages.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace serin::judge {
namespace {

std::string placeOf(const Favourite& favourite, const std::vector<double>& edges) {
    const auto upper = std::ranges::lower_bound(edges, favourite.upper);
    if (edges.empty()) return "in one bucket";
    if (upper == edges.begin()) return cat("at most ", humanNumber(*upper));
    if (upper == edges.end()) return cat("above ", humanNumber(edges.back()));
    return cat("above ", humanNumber(*std::prev(upper)), " and at most ", humanNumber(*upper));
}

std::string takesAllInWords(const api::Metric& metric, const DriftEvidence& drift) {
    const auto [favourite, seen, when] = drift.collapse->strongest();
    const std::string canary = humanPercent(seen.canaryShare());
    const std::string stable = humanPercent(seen.stableShare());
    const std::string late = when == CollapseEvidence::When::OfLate
                                 ? cat(" of late (", humanNumber(seen.canary), ")")
                             : when == CollapseEvidence::When::Earlier ? " earlier in the attempt"
                                                                       : "";
    if (!metric.byLabel.empty()) {
        return cat("the canary says \"", favourite.name, "\" in ", canary, " of its predictions", late,
                   ", stable in ", stable, ": one class takes all");
    }
    return cat(canary, " of the canary's observations of ", metric.name, late, " are ",
               placeOf(favourite, drift.canary.edges), ", ", stable, " of stable's: one bucket takes all");
}

std::string safetyInWords(const api::Analysis& analysis, const MetricMemory& metric) {
    const CollapseEvidence& collapse = *metric.drift->collapse;
    const bool classes = !metric.definition->byLabel.empty();
    const char* place = classes ? "class" : "bucket";
    if (collapse.safeEvidence() >= -std::log(analysis.missedHarm)) return cat(", no ", place, " takes all");
    const double missing = collapse.missing(classes, analysis.missedHarm);
    if (missing <= 0) return "";
    return cat(", about ", humanNumber(std::ceil(missing)), " more predictions to say that no ", place,
               " takes all");
}

}  // namespace

std::string collapseInWords(const MetricMemory& metric) {
    const CollapseEvidence& collapse = *metric.drift->collapse;
    if (collapse.notNumbersEvidence() > collapse.takesAllEvidence()) {
        const Past& step = collapse.numbers.past;
        const bool before = step.canaryBad == 0 && !collapse.notNumbers.starts.empty();
        const Past& seen = before ? collapse.notNumbers.starts.front().past : step;
        return cat(humanPercent(seen.canaryShare()), " of the canary's predictions of ",
                   metric.definition->name, before ? " in the attempt" : "", " are no number, ",
                   humanPercent(seen.stableShare()), " of stable's");
    }
    return takesAllInWords(*metric.definition, *metric.drift);
}

std::string collapseNote(const api::Analysis& analysis, const MetricMemory& metric) {
    if (!metric.definition->collapse) return "";
    const DriftEvidence& drift = *metric.drift;
    std::string out = drift.verdict == api::Verdict::Harm ? "" : safetyInWords(analysis, metric);
    if (drift.onlyCanarySumIsNaN) {
        out += cat("; the canary's sum of ", metric.definition->name,
                   " is NaN and stable's is not: some of its predictions are no number");
    }
    return out;
}

}  // namespace serin::judge
