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

// What the metric is compared with, in words; empty where it is a profile.
std::string pastHours(const Memory& memory, const api::Metric& metric) {
    if (!memory.reference->past) return "";
    const auto known = memory.reference->past->hours.find(metric.name);
    return known == memory.reference->past->hours.end() ? "" : known->second;
}

// A profile in a ConfigMap was made before this rollout, perhaps of what the version before said. One among
// the files of a model is of that version, and what a version says itself is recorded anew for each.
std::string driftedMessage(const api::Analysis& analysis, const Memory& memory, const api::Metric& metric,
                           const ReferenceEvidence& evidence) {
    const std::string past = pastHours(memory, metric);
    const bool perhapsOld = analysis.reference && memory.order.afterPromotion();
    return cat(metric.name, " of the version that serves ",
               past.empty() ? "has left the profile" : cat("differs from ", past), ": PSI ",
               humanNumber(evidence.index), " > ", humanNumber(metric.referencePsi), ", most by ",
               evidence.moved,
               perhapsOld ? "; the data changed, or the profile is not of this version"
                          : "; the data changed, not the model");
}

bool recorded(const std::map<std::string, std::string>& words, const api::Metric& metric, std::string& out) {
    const auto known = words.find(metric.name);
    if (known != words.end() && out.empty()) out = known->second;
    return known != words.end();
}

// What can be said of a metric whose reference is the past, before it is looked at how the two compare.
struct PastStanding {
    std::string young;    // of the first that is recorded for less than a day
    std::string refused;  // of the first that is not recorded
    size_t few = 0;       // metrics whose hours have too little
    size_t compared = 0;
};
PastStanding pastStanding(const api::Analysis& analysis, const api::Past& past) {
    PastStanding out;
    for (const api::Metric& metric : analysis.metrics) {
        if (!metric.hasReference()) continue;
        std::string ignored;
        if (recorded(past.hours, metric, ignored)) {
            ++out.compared;
        } else if (!recorded(past.refused, metric, out.refused) && !recorded(past.young, metric, out.young)) {
            ++out.few;
        }
    }
    return out;
}

// Why the metric's counts cannot be brought together with its past ones.
std::string pastTrouble(const Memory& memory, const api::Metric& metric) {
    const auto known = memory.references.find(metric.name);
    if (known == memory.references.end() || known->second.trouble.empty()) return "";
    return cat(metric.name, ": ", known->second.trouble);
}

// `out` has no drift: what else there is to say of a past.
api::DataDrift ofPast(const api::Analysis& analysis, const Memory& memory, bool allWithin,
                      api::DataDrift out) {
    const PastStanding standing = pastStanding(analysis, *memory.reference->past);
    if (!memory.reference->trouble.empty()) out.trouble = memory.reference->trouble;
    if (out.trouble.empty()) out.trouble = standing.refused;
    out.recording = standing.compared == 0 && standing.few == 0 && !standing.young.empty();
    const bool within = allWithin && standing.compared > 0 && standing.few == 0;
    if (within) out.state = DataState::Within;
    out.message = !out.trouble.empty() ? out.trouble
                  : out.recording      ? standing.young
                  : within ? "what the version that serves sees and says is as it was at this time before"
                           : "too few values are known of this time, or of this time before, to compare "
                             "the two";
    return out;
}

// Where nothing is known to have drifted from a profile.
api::DataDrift ofProfile(bool allWithin, api::DataDrift out) {
    if (allWithin) out.state = DataState::Within;
    out.message = !out.trouble.empty() ? out.trouble
                  : allWithin          ? "what the version that serves sees and says is within the profile"
                                       : "too few values were counted yet to compare with the profile";
    return out;
}

}  // namespace

void countReferences(const api::Analysis& analysis, const api::Stratum& stratum, Memory& memory) {
    const auto& [serving, pods] = servingIn(memory.order, stratum);
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
                      analysis.missedHarm, memory.reference->past ? "record" : "profile"},
                     countsOf(pods, metric.name),
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
    // Without enough of a past the versions are compared with each other all the same.
    if (!metric.hasReference() || memory.reference->past) return "";
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

// Of those that can be compared.
std::optional<api::DataDrift> dataDriftOf(const api::Analysis& analysis, const Memory& memory) {
    if (metricsWithReference(analysis) == 0) return std::nullopt;
    const std::optional<api::Past>& past = memory.reference->past;
    api::DataDrift out;
    bool allWithin = true;
    for (const api::Metric& metric : analysis.metrics) {
        if (!metric.hasReference() || (past && !past->hours.contains(metric.name))) continue;
        const auto known = memory.references.find(metric.name);
        const std::string trouble = past ? pastTrouble(memory, metric) : referenceTrouble(memory, metric);
        if (out.trouble.empty()) out.trouble = trouble;
        const bool found = known != memory.references.end() && trouble.empty();
        if (!found || known->second.state != DataState::Within) allWithin = false;
        if (!found || known->second.state != DataState::Drifted) continue;
        if (out.state == DataState::Drifted && known->second.index <= out.psi) continue;
        out.state = DataState::Drifted;
        out.metric = metric.name;
        out.psi = known->second.index;
        out.message = driftedMessage(analysis, memory, metric, known->second);
    }
    if (out.state == DataState::Drifted) return out;
    return past ? ofPast(analysis, memory, allWithin, std::move(out)) : ofProfile(allWithin, std::move(out));
}

std::string againstProfile(const Memory& memory, const MetricMemory& metric) {
    const api::Metric& definition = *metric.definition;
    const api::Counts* feature = definition.hasReference() ? featureOf(memory, definition) : nullptr;
    if (feature == nullptr || !sameKind(*feature, definition)) return "";
    const auto stable = indexAgainst(*feature, metric.drift->stable, metric.drift->classes);
    const auto canary = indexAgainst(*feature, metric.drift->canary, metric.drift->classes);
    if (!stable || !canary) return "";
    const std::string past = pastHours(memory, definition);
    return cat("; against ", past.empty() ? "the profile" : past, " stable's PSI is ", humanNumber(*stable),
               " and the canary's ", humanNumber(*canary));
}

}  // namespace serin::judge
