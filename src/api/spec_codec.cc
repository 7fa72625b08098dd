#include "api/spec_codec.h"

#include <algorithm>
#include <limits>

#include "api/names.h"
#include "api/pod_template.h"
#include "api/presets.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr size_t kLongestName = 52;

Model decodeModel(const Field& model) {
    Model out{model.at("name").text(), model.at("version").text()};
    if (out.name.empty()) {
        model.at("name").problem(
            "is missing; state the name under which the inference server serves the model");
    }
    return out;
}

void checkErrorCounters(const Field& runtime, const Spec& spec) {
    const bool judged =
        std::any_of(spec.analysis.metrics.begin(), spec.analysis.metrics.end(),
                    [](const Metric& metric) { return metric.kind == MetricKind::ErrorRate; });
    if (!judged || (!spec.runtime.errors.total.empty() && !spec.runtime.errors.bad.empty())) return;
    if (spec.runtime.preset != kCustomPreset) {
        runtime.at("preset").problem(cat("is \"", spec.runtime.preset,
                                         "\", which counts no failures that could be judged (",
                                         presetNote(spec.runtime.preset),
                                         "); list spec.analysis.metrics without an errorRate, such as {name: "
                                         "latency, latency: {}}, or use "
                                         "preset custom and state errors"));
        return;
    }
    runtime.at("errors").problem(
        "lacks total or bad, and with preset \"custom\" Serin cannot know which series count requests and "
        "failures; "
        "state both, or list spec.analysis.metrics without an errorRate (an empty list goes by time alone)");
}

}  // namespace

Spec decodeSpec(const json& spec, const std::string& objectName) {
    Spec out;
    const Field root(spec, "spec", out.problems);
    if (objectName.size() > kLongestName) {
        out.problems.push_back(cat("metadata.name: has ", objectName.size(),
                                   " characters; use at most 52, because the names of its objects add 11"));
    }
    out.replicas = static_cast<int>(root.at("replicas").integer(1, 0, std::numeric_limits<int>::max()));
    out.paused = root.at("paused").flag(false);
    out.model = decodeModel(root.at("model"));
    out.source = decodeModelSource(root.at("model"));
    out.runtime = decodeRuntime(root, out.model);
    out.ports = decodePorts(root, out.runtime.ports);
    decodeTemplate(root, out);
    out.rollout = decodeRollout(root);
    out.analysis = decodeAnalysis(root, out.runtime);
    decodeServedMetrics(root, out);
    checkReferenceFile(root, out);
    checkErrorCounters(root.at("runtime"), out);
    out.history = static_cast<int>(root.at("history").integer(10, 0, 50));
    out.revision = revisionOf(spec);
    return out;
}

}  // namespace serin::api
