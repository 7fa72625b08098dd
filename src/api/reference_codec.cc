#include <algorithm>

#include "api/spec_codec.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr const char* kDefaultKey = "profile.json";

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

std::optional<ConfigMapKey> decodeSource(const Field& reference) {
    if (!reference.present()) return std::nullopt;
    return decodeConfigMapKey(reference.at("configMap"), "the profile", kDefaultKey);
}

}  // namespace

void decodeReference(const Field& analysis, Analysis& out) {
    const Field reference = analysis.at("reference");
    out.reference = decodeSource(reference);
    out.onDataDrift = decodeOnDataDrift(analysis.at("onDataDrift"));
    const auto compared = std::ranges::find_if(out.metrics, &Metric::hasReference);
    if (out.reference && compared == out.metrics.end()) {
        reference.problem(
            "is stated, but no metric is compared with it; state reference: {} in a drift metric, or remove "
            "it");
    }
    if (!out.reference && compared != out.metrics.end()) {
        reference.problem(cat("is missing, but metric \"", compared->name,
                              "\" is compared with a profile; state configMap: {name: …}"));
    }
    if (!out.reference && analysis.at("onDataDrift").present()) {
        analysis.at("onDataDrift")
            .problem(
                "is stated without a reference that data could drift from; state reference, or remove it");
    }
}

}  // namespace serin::api
