#include <algorithm>

#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr const char* kDefaultKey = "profile.json";
constexpr int kDefaultDays = 7;
constexpr int kMostDays = 28;

OnDataDrift decodeOnDataDrift(const Field& field) {
    const std::string text = field.text("Notify");
    if (text == "Pause") return OnDataDrift::Pause;
    if (text == "Rollback") {
        field.problem(
            "is \"Rollback\", but when the version that serves has left the profile no version is known that "
            "suits the world better; state Notify or Pause");
    } else if (text != "Notify") {
        field.problem(cat("is \"", text, "\"; state Notify or Pause"));
    }
    return OnDataDrift::Notify;
}

// Whole days, as the unit of a rhythm; a duration in hours would only look finer.
Duration decodeOver(const Field& over) {
    const std::string text = over.text(cat(kDefaultDays, "d"));
    for (int days = 1; days <= kMostDays; ++days) {
        if (text == cat(days, "d")) return std::chrono::hours(24 * days);
    }
    over.problem(cat("is \"", shortened(text, kLongestShown), "\"; state 1d to ", kMostDays,
                     "d, such as 7d for a week"));
    return std::chrono::hours(24 * kDefaultDays);
}

void decodeSource(const Field& reference, Analysis& out) {
    if (!reference.present()) return;
    const Field stable = reference.at("stable");
    if (stable.present() && reference.at("configMap").present()) {
        reference.problem(
            "states both configMap and stable, but data is compared with one of them; remove the other");
    }
    if (!stable.present()) {
        out.reference = decodeConfigMapKey(reference.at("configMap"), "the profile", kDefaultKey);
    } else {
        out.recordOver = decodeOver(stable.at("over"));
    }
}

// A record has the metrics' own names.
void checkFeatures(const Field& metrics) {
    for (const Field& entry : metrics.elements()) {
        const Field feature = entry.at("reference").at("feature");
        if (!feature.present()) continue;
        feature.problem(
            "names a feature of a profile, but analysis.reference.stable records each metric by itself; "
            "remove it");
    }
}

}  // namespace

void decodeReference(const Field& analysis, Analysis& out) {
    const Field reference = analysis.at("reference");
    decodeSource(reference, out);
    if (out.recordOver) checkFeatures(analysis.at("metrics"));
    out.onDataDrift = decodeOnDataDrift(analysis.at("onDataDrift"));
    const auto compared = std::ranges::find_if(out.metrics, &Metric::hasReference);
    if (out.hasReference() && compared == out.metrics.end()) {
        reference.problem(
            "is stated, but no metric is compared with it; state reference: {} in a drift metric, or remove "
            "it");
    }
    if (!out.hasReference() && compared != out.metrics.end()) {
        reference.problem(
            cat("is missing, but metric \"", compared->name,
                "\" is compared with one; state configMap: {name: …} for a profile, or stable: {} for "
                "the serving version's own past"));
    }
    if (!out.hasReference() && analysis.at("onDataDrift").present()) {
        analysis.at("onDataDrift")
            .problem(
                "is stated without a reference that data could drift from; state reference, or remove it");
    }
}

}  // namespace serin::api
