#include "api/histogram_unit.h"
#include "api/presets.h"
#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr const char* kDefault = "mlserver";

// One selector, or a list of them that is summed.
std::vector<std::string> selectors(const Field& field) {
    if (!field.present()) return {};
    if (!field.value().is_array()) return {field.text()};
    std::vector<std::string> texts;
    for (const Field& element : field.elements()) texts.push_back(element.text());
    return texts;
}

Runtime customRuntime() {
    Runtime out;
    out.preset = kCustomPreset;
    out.metricsPath = "/metrics";
    return out;
}

Runtime presetOf(const Field& runtime, const Model& model) {
    const Field preset = runtime.at("preset");
    const std::string name = preset.text(kDefault);
    if (name == kCustomPreset) return customRuntime();
    std::optional<Runtime> known = presetRuntime(name, model.name);
    if (!known) {
        preset.problem(cat("is \"", name, "\"; state one of ", join(presetNames(), ", "),
                           ", or custom and the server's ports and paths"));
        known = presetRuntime(kDefault, model.name);
    }
    return *known;
}

std::string pathOr(const Field& field, const std::string& fallback) {
    const std::string path = field.text(fallback);
    if (!path.empty() && path[0] == '/') return path;
    if (field.present()) field.problem("is \"" + path + "\"; state a path that starts with /");
    return fallback;
}

// Whether the scheme is https.
bool isHttps(const Field& scheme) {
    const std::string text = scheme.text("http");
    if (text != "http" && text != "https") {
        scheme.problem(cat("is \"", shortened(text, kLongestShown), "\"; state http or https"));
    }
    return text == "https";
}

int portOr(const Field& field, int fallback) {
    const int port = field.port();
    return port == 0 ? fallback : port;
}

}  // namespace

Runtime decodeRuntime(const Field& spec, const Model& model) {
    const Field runtime = spec.at("runtime");
    Runtime out = presetOf(runtime, model);
    out.container = runtime.at("container").text();
    const Field ports = runtime.at("ports");
    out.ports.http = portOr(ports.at("http"), out.ports.http);
    if (out.ports.http == 0) {
        ports.at("http").problem(cat("is missing, and preset \"", out.preset,
                                     "\" cannot know it; state the port that clients' requests go to"));
    }
    out.ports.grpc = portOr(ports.at("grpc"), out.ports.grpc);
    out.ports.metrics =
        portOr(ports.at("metrics"), out.ports.metrics != 0 ? out.ports.metrics : out.ports.http);
    out.metricsPath = pathOr(runtime.at("metricsPath"), out.metricsPath);
    out.readyPath = pathOr(runtime.at("readyPath"), out.readyPath);
    const Field errors = runtime.at("errors");
    if (errors.present()) out.errors = {selectors(errors.at("total")), selectors(errors.at("bad"))};
    const Field latency = runtime.at("latency");
    if (latency.present()) {
        out.latency = latency.text();
        out.latencyUnit = secondsPerUnit(out.latency);
    }
    return out;
}

void decodeServedMetrics(const Field& spec, Spec& out) {
    const Field metrics = spec.at("runtime").at("metrics");
    if (!metrics.present()) return;
    if (out.analysis.prometheus) {
        metrics.problem(
            "is stated, but the numbers come from Prometheus, so that Serin reads no page of a pod; remove "
            "it, "
            "or spec.analysis.from.prometheus");
        return;
    }
    const Field scheme = metrics.at("scheme");
    if (!scheme.present() && !metrics.at("credentials").present() && !metrics.at("tls").present()) {
        metrics.problem("states nothing; state scheme: https, or leave metrics out");
    }
    out.runtime.metricsHttps = isHttps(scheme);
    out.metricsAccess =
        decodeAccess(metrics, {out.runtime.metricsHttps, "the scheme is http", "state scheme: https"});
}

}  // namespace serin::api
