#include <algorithm>

#include "api/image_source.h"
#include "api/readable_files.h"
#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr const char* kDefaultKey = "profile.json";
constexpr int kDefaultDays = 7;
constexpr int kMostDays = 28;
constexpr size_t kLongestPath = 256;

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

// Of one of the model's files, as stores list them.
std::string decodeModelFile(const Field& file) {
    std::string path = file.text();
    const bool printable = std::ranges::none_of(
        path, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127 || c == '\\'; });
    const bool plain = std::ranges::none_of(split(path, '/'), [](const std::string& part) {
        return part.empty() || part == "." || part == "..";
    });
    if (plain && printable && path.size() <= kLongestPath) return path;
    file.problem(cat("is \"", shortened(withoutControls(path), kLongestShown),
                     "\"; state the path of the profile within the model's files, such as ", kDefaultKey,
                     ", of at most ", kLongestPath, " characters"));
    return kDefaultKey;
}

// One way at most counts; which two were stated is said.
void checkOne(const Field& reference) {
    std::vector<std::string> stated;
    for (const char* way : {"configMap", "modelFile", "stable"}) {
        if (reference.at(way).present()) stated.emplace_back(way);
    }
    if (stated.size() < 2) return;
    reference.problem(cat("states both ", stated.front(), " and ", stated.back(),
                          ", but data is compared with one of them; remove the other"));
}

void decodeSource(const Field& reference, Analysis& out) {
    if (!reference.present()) return;
    checkOne(reference);
    const Field stable = reference.at("stable");
    const Field modelFile = reference.at("modelFile");
    if (stable.present()) {
        out.recordOver = decodeOver(stable.at("over"));
    } else if (modelFile.present()) {
        out.referenceFile = decodeModelFile(modelFile);
    } else {
        out.reference = decodeConfigMapKey(reference.at("configMap"), "the profile", kDefaultKey);
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
                "\" is compared with one; state configMap: {name: …} or modelFile: PATH for a profile, or "
                "stable: {} for the serving version's own past"));
    }
    if (!out.hasReference() && analysis.at("onDataDrift").present()) {
        analysis.at("onDataDrift")
            .problem(
                "is stated without a reference that data could drift from; state reference, or remove it");
    }
}

void checkReferenceFile(const Field& spec, const Spec& out) {
    if (out.analysis.referenceFile.empty()) return;
    const Field file = spec.at("analysis").at("reference").at("modelFile");
    const Field source = spec.at("model").at("source");
    if (!source.present() || (out.source && isImageSource(*out.source))) {
        file.problem(
            "is stated without spec.model.source.uri, and Serin sees no file of a model that is in an image; "
            "state model.source.uri, or put the profile into a ConfigMap and state reference.configMap");
        return;
    }
    if (!out.source) return;  // its URI cannot be read, which has been said
    if (out.source->imageVolume) {
        return file.problem(
            "is stated beside model.source.load: ImageVolume, and Serin sees no file of a model that the "
            "kubelet mounts; state load: Fetch, or put the profile into a ConfigMap and state "
            "reference.configMap");
    }
    const char* why = whyUnreadable(out.source->reference.store);
    if (why == nullptr) return;
    file.problem(cat("is stated, but ", shortened(out.source->uri, kLongestShown), why,
                     "; put the profile into a ConfigMap and state reference.configMap"));
}

}  // namespace serin::api
