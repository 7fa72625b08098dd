#include "judge/reference_ticks.h"

#include <algorithm>

#include "base/sha256.h"
#include "base/text.h"

namespace serin::judge {
namespace {

using api::DataState;

// Null where the profile lacks it, or is no profile.
const api::Counts* featureOf(const Memory& memory, const api::Metric& metric) {
    if (!memory.reference->profile) return nullptr;
    const auto& features = memory.reference->profile->features;
    const auto found = features.find(metric.referenceFeature);
    return found == features.end() ? nullptr : &found->second;
}

bool sameKind(const api::Counts& feature, const api::Metric& metric) {
    return feature.classes.empty() == metric.byLabel.empty();
}

std::string namesOf(const api::Profile& profile) {
    constexpr size_t kShown = 5;
    std::vector<std::string> names;
    for (const auto& [name, feature] : profile.features) {
        if (names.size() < kShown) names.push_back(name);
    }
    return cat(join(names, ", "), profile.features.size() > kShown ? ", …" : "");
}

double metricsWithReference(const api::Analysis& analysis) {
    return static_cast<double>(std::ranges::count_if(analysis.metrics, &api::Metric::hasReference));
}

std::string subjectOf(const api::Profile& profile, const api::Metric& metric) {
    return shortDigest(cat(profile.digest, ' ', metric.referenceFeature, ' ',
                           humanNumber(metric.referencePsi), ' ', metric.histogram, ' ', metric.byLabel));
}

// The profile was made before this rollout, perhaps of what the version before said.
std::string driftedMessage(const api::Metric& metric, const ReferenceEvidence& evidence, bool promoted) {
    return cat(metric.name, " of the version that serves has left the profile: PSI ",
               humanNumber(evidence.index), " > ", humanNumber(metric.referencePsi), ", most by ",
               evidence.moved,
               promoted ? "; the data changed, or the profile is not of this version"
                        : "; the data changed, not the model");
}

}  // namespace

void countReferences(const api::Analysis& analysis, const api::Stratum& stratum, Memory& memory) {
    const bool ofCanary = memory.order.afterPromotion();
    const std::string& serving = ofCanary ? memory.order.canary : memory.order.stable;
    for (const api::Metric& metric : analysis.metrics) {
        const api::Counts* feature = metric.hasReference() ? featureOf(memory, metric) : nullptr;
        if (feature == nullptr || !sameKind(*feature, metric)) continue;
        ReferenceEvidence& evidence = memory.references[metric.name];
        const std::string about = subjectOf(*memory.reference->profile, metric);
        if (evidence.about != about) {
            evidence = {};
            evidence.about = about;
        }
        if (evidence.serving != serving) evidence.startWindow();
        evidence.serving = serving;
        evidence.add({*feature, metric.referencePsi, analysis.falseAlarm / metricsWithReference(analysis),
                      analysis.missedHarm},
                     countsOf(ofCanary ? stratum.canary : stratum.stable, metric.name),
                     std::chrono::duration<double>(stratum.to - stratum.from).count());
    }
}

void reconcileReferences(const api::Analysis& analysis, Memory& memory) {
    std::erase_if(memory.references, [&](const auto& known) {
        return std::ranges::none_of(analysis.metrics, [&](const api::Metric& metric) {
            return metric.name == known.first && metric.hasReference();
        });
    });
}

std::string referenceTrouble(const Memory& memory, const api::Metric& metric) {
    if (!metric.hasReference()) return "";
    if (!memory.reference->trouble.empty()) return cat(metric.name, ": ", memory.reference->trouble);
    if (!memory.reference->profile) return cat(metric.name, ": the profile was not read yet");
    const api::Counts* feature = featureOf(memory, metric);
    if (feature == nullptr) {
        return cat(metric.name, ": the profile has no feature \"", metric.referenceFeature, "\"; it has ",
                   namesOf(*memory.reference->profile), ": state one of them as reference.feature");
    }
    if (!sameKind(*feature, metric)) {
        return cat(metric.name, ": the profile's feature \"", metric.referenceFeature, "\" counts ",
                   feature->classes.empty() ? "numbers; state drift.histogram"
                                            : "classes; state drift.counter and by");
    }
    const auto known = memory.references.find(metric.name);
    if (known == memory.references.end() || known->second.trouble.empty()) return "";
    return cat(metric.name, ": ", known->second.trouble);
}

std::optional<api::DataDrift> dataDriftOf(const api::Analysis& analysis, const Memory& memory) {
    if (metricsWithReference(analysis) == 0) return std::nullopt;
    api::DataDrift out;
    bool allWithin = true;
    for (const api::Metric& metric : analysis.metrics) {
        if (!metric.hasReference()) continue;
        const std::string trouble = referenceTrouble(memory, metric);
        if (out.trouble.empty()) out.trouble = trouble;
        const auto known = memory.references.find(metric.name);
        const bool found = known != memory.references.end() && trouble.empty();
        if (!found || known->second.state != DataState::Within) allWithin = false;
        if (!found || known->second.state != DataState::Drifted) continue;
        if (out.state == DataState::Drifted && known->second.index <= out.psi) continue;
        out.state = DataState::Drifted;
        out.metric = metric.name;
        out.psi = known->second.index;
        out.message = driftedMessage(metric, known->second, memory.order.afterPromotion());
    }
    if (out.state == DataState::Drifted) return out;
    if (allWithin) out.state = DataState::Within;
    out.message = !out.trouble.empty() ? out.trouble
                  : allWithin          ? "what the version that serves sees and says is within the profile"
                                       : "too few values were counted yet to compare with the profile";
    return out;
}

std::string againstProfile(const Memory& memory, const MetricMemory& metric) {
    const api::Metric& definition = metric.definition;
    const api::Counts* feature = definition.hasReference() ? featureOf(memory, definition) : nullptr;
    if (feature == nullptr || !sameKind(*feature, definition)) return "";
    const auto stable = indexAgainst(*feature, metric.drift.stable, metric.drift.classes);
    const auto canary = indexAgainst(*feature, metric.drift.canary, metric.drift.classes);
    if (!stable || !canary) return "";
    return cat("; against the profile stable's PSI is ", humanNumber(*stable), " and the canary's ",
               humanNumber(*canary));
}

}  // namespace serin::judge
