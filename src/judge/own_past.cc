#include "judge/own_past.h"

#include <algorithm>
#include <numeric>

#include "base/sha256.h"
#include "base/text.h"
#include "judge/record_hours.h"

namespace serin::judge {
namespace {

using std::chrono::hours;

// Of less than half an hour it is not known what the whole was like.
constexpr double kLeastSeconds = 1800;
// The hours of one day have another rhythm than those of another day, but none are comparable before.
constexpr hours kYoung{24};

hours overOf(const api::Analysis& analysis) {
    return std::chrono::floor<hours>(*analysis.recordOver);
}

// Another model says other things; what comes in does not depend on it. For people too, who restore a record.
std::string aboutOf(const api::Metric& metric, const std::string& serving) {
    return cat(metric.histogram, metric.byLabel.empty() ? "" : cat(" by ", metric.byLabel),
               metric.inputs ? "" : cat(" of ", serving));
}

double leastOf(const api::FeatureRecord& feature, const api::Metric& metric) {
    const size_t buckets = std::max<size_t>(feature.buckets(), 2);
    return 6 * static_cast<double>(buckets - 1) / metric.referencePsi;
}

std::string inWords(api::Hour hour) {
    return formatTime(Timestamp(hour));
}

std::string youngSince(const std::string& name, api::Hour since) {
    return cat(name, " of the version that serves is recorded since ", inWords(since),
               " and compared with its own past from ", inWords(since + kYoung), " on");
}

// Names every count, and the hour: the comparison of each begins anew.
std::string digestOf(const api::Profile& profile, api::Hour hour) {
    std::string text = inWords(hour);
    for (const auto& [name, counts] : profile.features) {
        text += cat('\n', name);
        for (const double edge : counts.edges) text += cat(' ', humanNumber(edge));
        for (const std::string& known : counts.classes) text += cat(' ', known);
        for (const uint64_t count : counts.buckets) text += cat(' ', count);
    }
    return shortDigest(text);
}

}  // namespace

OwnPast::Change OwnPast::add(const api::Analysis& analysis, const api::JudgeOrder& order,
                             const api::Stratum& stratum) {
    Change change;
    const auto& [serving, pods] = servingIn(order, stratum);
    const api::Hour hour = std::chrono::floor<hours>(stratum.from);
    if (hour_ != hour) {
        change.record = turnTo(hour, overOf(analysis));
        change.reference = true;
    }
    change.reference = reconcile(analysis, serving) || change.reference;
    if (tooLong(stratum, analysis.interval)) return change;
    const double seconds = std::chrono::duration<double>(stratum.to - stratum.from).count();
    Refused apart;
    for (const api::Metric& metric : analysis.metrics) {
        if (!metric.hasReference()) continue;
        change.reference = count(metric, pods, seconds, apart) || change.reference;
    }
    change.reference = keepBound(analysis, std::move(apart)) || change.reference;
    return change;
}

bool OwnPast::turnTo(api::Hour hour, hours over) {
    const bool ended = hour_ && hour > *hour_ && endHour(over);
    hour_ = hour;
    open_.clear();
    for (auto& [name, feature] : record_.features) {
        forgetHours(feature, hour, over);
        // The classes of one that has too many are what tells so.
        if (!refused_.contains(name)) forgetClasses(feature);
    }
    return ended;
}

bool OwnPast::endHour(hours over) {
    bool ended = false;
    for (auto& [name, open] : open_) {
        const uint64_t total = std::accumulate(open.buckets.begin(), open.buckets.end(), uint64_t{0});
        if (open.seconds < kLeastSeconds || total == 0) continue;
        keepHour(record_.features[name], *hour_, std::move(open.buckets), over);
        ended = true;
    }
    return ended;
}

bool OwnPast::reconcile(const api::Analysis& analysis, const std::string& serving) {
    const auto wanted = [&](const std::string& name, const std::string& about) {
        return std::ranges::any_of(analysis.metrics, [&](const api::Metric& metric) {
            return metric.hasReference() && metric.name == name && aboutOf(metric, serving) == about;
        });
    };
    std::erase_if(open_, [&](const auto& open) {
        const auto feature = record_.features.find(open.first);
        return feature == record_.features.end() || !wanted(open.first, feature->second.about);
    });
    bool changed = std::erase_if(record_.features, [&](const auto& feature) {
                       return !wanted(feature.first, feature.second.about);
                   }) > 0;
    for (const api::Metric& metric : analysis.metrics) {
        if (!metric.hasReference() || record_.features.contains(metric.name)) continue;
        api::FeatureRecord& feature = record_.features[metric.name];
        feature.about = aboutOf(metric, serving);
        feature.since = *hour_;
        changed = true;
    }
    return changed;
}

// True where the record begins anew, as the pods count in buckets that it cannot be brought to.
bool OwnPast::count(const api::Metric& metric, const std::vector<api::PodSample>& pods, double seconds,
                    Refused& apart) {
    // Of one that has too many classes none is added: it would grow for ever.
    if (!metric.byLabel.empty() && refused_.contains(metric.name)) return false;
    const std::vector<PodCounts> counts = countsOf(pods, metric.name);
    api::FeatureRecord& feature = record_.features[metric.name];
    Open& open = open_[metric.name];
    const size_t counted = feature.edges.empty() ? 0 : feature.edges.size() + 1;
    open.buckets.resize(metric.byLabel.empty() ? counted : feature.classes.size(), 0);
    bool anew = false;
    if (!metric.byLabel.empty()) {
        countRecordClasses(counts, feature, open.buckets);
    } else if (!countHistograms(counts, feature, open.buckets)) {
        api::FeatureRecord fresh;
        fresh.about = feature.about;
        fresh.since = *hour_;
        Open begun;
        if (!countHistograms(counts, fresh, begun.buckets)) {
            apart[metric.name] =
                cat(metric.name,
                    " is not recorded: the histograms of the version's pods share fewer than "
                    "two edges; let all pods have the same ones");
            return false;
        }
        feature = std::move(fresh);
        open = std::move(begun);
        anew = true;
    }
    open.seconds += seconds;
    return anew;
}

bool OwnPast::keepBound(const api::Analysis& analysis, Refused refused) {
    size_t used = 0;
    for (const api::Metric& metric : analysis.metrics) {
        const auto feature = record_.features.find(metric.name);
        if (feature == record_.features.end()) continue;
        const size_t buckets = feature->second.buckets();
        if (used + buckets <= api::kMostRecordBuckets) {
            used += buckets;
            continue;
        }
        refused[metric.name] =
            cat(metric.name, " is not recorded: with its buckets the record would have more than ",
                api::kMostRecordBuckets,
                "; let it have fewer edges or classes, or remove reference from a metric");
        feature->second.hours.clear();
        feature->second.since = *hour_;
        open_.erase(metric.name);
    }
    const bool changed = refused != refused_;
    refused_ = std::move(refused);
    return changed;
}

api::Reference OwnPast::reference(const api::Analysis& analysis) const {
    api::Reference out;
    api::Past& past = out.past.emplace();
    past.refused = refused_;
    if (!hour_) return out;
    api::Profile profile;
    for (const api::Metric& metric : analysis.metrics) {
        const auto known = record_.features.find(metric.name);
        if (!metric.hasReference() || known == record_.features.end() || refused_.contains(metric.name))
            continue;
        const api::FeatureRecord& feature = known->second;
        if (*hour_ < feature.since + kYoung) {
            past.young[metric.name] = youngSince(metric.name, feature.since);
            continue;
        }
        auto found = comparable(feature, *hour_, overOf(analysis), leastOf(feature, metric));
        if (!found) continue;
        past.hours[metric.name] = std::move(found->hours);
        profile.features[metric.referenceFeature] = std::move(found->counts);
    }
    if (profile.features.empty()) return out;
    profile.digest = digestOf(profile, *hour_);
    out.profile = std::move(profile);
    return out;
}

}  // namespace serin::judge
