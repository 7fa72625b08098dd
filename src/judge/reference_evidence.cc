#include "judge/reference_evidence.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/text.h"
#include "judge/classes.h"
#include "judge/psi.h"

namespace serin::judge {
namespace {

// With one edge there are two buckets that say little; the edges were hardly meant to be the same.
constexpr size_t kLeastEdges = 2;
constexpr size_t kEdgesShown = 8;

// The profile and the arm over the same buckets.
struct Aligned {
    std::vector<uint64_t> profile;
    std::vector<uint64_t> live;
    std::vector<double> edges;
    std::vector<std::string> classes;
};

// A class that only one of them has counts 0 in the other.
Aligned alignedClasses(const api::Counts& feature, const Histogram& arm,
                       const std::vector<std::string>& classes) {
    Aligned out;
    std::ranges::set_union(feature.classes, classes, std::back_inserter(out.classes));
    const auto countIn = [](const std::vector<std::string>& names, const std::vector<uint64_t>& counts,
                            const std::string& name) {
        const auto found = std::ranges::lower_bound(names, name);
        if (found == names.end() || *found != name) return uint64_t{0};
        return counts[static_cast<size_t>(found - names.begin())];
    };
    for (const std::string& name : out.classes) {
        out.profile.push_back(countIn(feature.classes, feature.buckets, name));
        out.live.push_back(countIn(classes, arm.buckets, name));
    }
    return out;
}

Aligned aligned(const api::Counts& feature, const Histogram& arm, const std::vector<std::string>& classes) {
    if (!feature.classes.empty()) return alignedClasses(feature, arm, classes);
    Aligned out;
    out.edges = sharedEdges(feature.edges, arm.edges);
    out.profile = coarsened({feature.edges, feature.buckets}, out.edges).buckets;
    out.live = coarsened(arm, out.edges).buckets;
    return out;
}

std::string bucketName(const Aligned& both, size_t bucket) {
    if (!both.classes.empty()) return cat("class \"", both.classes[bucket], "\"");
    if (bucket == 0) return cat("up to ", humanNumber(both.edges.front()));
    if (bucket == both.edges.size()) return cat("above ", humanNumber(both.edges.back()));
    return cat(humanNumber(both.edges[bucket - 1]), " to ", humanNumber(both.edges[bucket]));
}

// The bucket with the largest part of the index, and its shares.
std::string mostMoved(const Aligned& both) {
    const std::vector<double> parts = stabilityParts(both.profile, both.live);
    const auto most = static_cast<size_t>(std::ranges::max_element(parts) - parts.begin());
    const auto share = [&](const std::vector<uint64_t>& counts) {
        double sum = 0;
        for (const uint64_t count : counts) sum += static_cast<double>(count);
        return humanPercent(static_cast<double>(counts[most]) / sum);
    };
    return cat(bucketName(both, most), " (", share(both.live), " against ", share(both.profile), ")");
}

std::string inWords(const std::vector<double>& edges) {
    std::vector<std::string> shown;
    for (const double edge : edges) {
        if (shown.size() == kEdgesShown) {
            shown.push_back(cat("… (", edges.size(), " in all)"));
            break;
        }
        shown.push_back(humanNumber(edge));
    }
    return join(shown, ", ");
}

}  // namespace

void ReferenceEvidence::startWindow() {
    live = {};
    classes.clear();
    seconds = 0;
    strata = 0;
    looks = 0;
    left = false;
}

bool ReferenceEvidence::addHistograms(const Terms& terms, const std::vector<PodCounts>& pods) {
    const api::Counts& feature = terms.feature;
    for (const PodCounts& pod : pods) {
        if (!pod.warm || pod.counts->total == 0 || !isHistogram(*pod.counts)) continue;
        const std::vector<double> shared = sharedEdges(feature.edges, pod.counts->edges);
        if (shared.size() < kLeastEdges) {
            trouble =
                cat("the ", terms.called, " has the edges ", inWords(feature.edges), " and the pods ",
                    inWords(pod.counts->edges), ", which share fewer than two; let the pods count with the ",
                    terms.called, "'s edges");
            return false;
        }
        const Histogram next = coarsened({pod.counts->edges, pod.counts->buckets}, shared);
        live = live.buckets.empty() ? next : merged(live, next);
    }
    if (live.buckets.empty() || live.edges.size() >= kLeastEdges) return true;
    trouble = cat("the pods count with edges that differ, of which fewer than two are the ", terms.called,
                  "'s; let all count with the ", terms.called, "'s edges");
    startWindow();
    return false;
}

void ReferenceEvidence::add(const Terms& terms, const std::vector<PodCounts>& pods, double length) {
    const uint64_t before = live.total();
    trouble.clear();
    if (!terms.feature.classes.empty()) {
        countClasses(pods, classes, live.buckets, {});
    } else if (!addHistograms(terms, pods)) {
        return;
    }
    if (live.total() <= before) return;
    seconds += length;
    const size_t buckets = aligned(terms.feature, live, classes).profile.size();
    const StabilityScale scale(terms.feature.total, live.total(), buckets);
    if (scale.degrees / static_cast<double>(terms.feature.total) > terms.threshold / 3) {
        trouble =
            cat("the ", terms.called, " counts ", terms.feature.total, " values in ", buckets,
                " buckets, too few to tell a PSI of ", humanNumber(terms.threshold), "; at least ",
                humanNumber(std::ceil(3 * scale.degrees / terms.threshold)), " are needed, or fewer buckets");
        return;
    }
    if (strata == 0 && !scale.enough(terms.threshold)) return;
    ++strata;
    const bool over = strata >= kWindowIntervals || seconds >= kWindowSeconds;
    if (over || std::has_single_bit(strata)) look(terms);
    if (over) startWindow();
}

void ReferenceEvidence::look(const Terms& terms) {
    ++looks;
    const Aligned both = aligned(terms.feature, live, classes);
    const StabilityScale scale(terms.feature.total, live.total(), both.profile.size());
    const double psi = populationStability(both.profile, both.live);
    const double share = lookShare(looks);
    if (scale.speaksAbove(psi, terms.threshold, terms.falseAlarm * share)) {
        left = true;
        state = api::DataState::Drifted;
    } else if (!left && scale.speaksBelow(psi, terms.threshold, terms.missedHarm * share)) {
        state = api::DataState::Within;
    } else {
        return;
    }
    index = scale.debiased(psi);
    moved = mostMoved(both);
}

std::optional<double> indexAgainst(const api::Counts& feature, const Histogram& arm,
                                   const std::vector<std::string>& classes) {
    const Aligned both = aligned(feature, arm, classes);
    if (arm.total() == 0 || (feature.classes.empty() && both.edges.size() < kLeastEdges)) return std::nullopt;
    const StabilityScale scale(feature.total, arm.total(), both.profile.size());
    return scale.debiased(populationStability(both.profile, both.live));
}

}  // namespace serin::judge
