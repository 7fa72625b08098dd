#include "api/presets.h"
#include "api/spec_codec.h"

namespace serin::api {
namespace {

// One selector, or a list of them that is summed.
std::vector<std::string> selectors(const Field& field) {
    if (!field.present()) return {};
    if (!field.value().is_array()) return {field.text()};
    std::vector<std::string> texts;
    for (const Field& element : field.elements()) texts.push_back(element.text());
    return texts;
}

Runtime customRuntime(const Field& runtime) {
    Runtime out;
    out.preset = Preset::Custom;
    out.metricsPath = "/metrics";
    if (!runtime.at("ports").at("http").present()) {
        runtime.at("ports").at("http").problem(
            "is missing, and preset \"custom\" cannot know it; state the port that clients' requests go to");
    }
    return out;
}

Runtime presetOf(const Field& runtime, const Model& model) {
    const Field preset = runtime.at("preset");
    const std::string name = preset.text("mlserver");
    if (name == "custom") return customRuntime(runtime);
    if (name != "mlserver") {
        preset.problem("is \"" + name + "\"; state mlserver, or custom and the server's ports and paths");
    }
    return mlserverRuntime(model.name);
}

std::string pathOr(const Field& field, const std::string& fallback) {
    const std::string path = field.text(fallback);
    if (!path.empty() && path[0] == '/') return path;
    if (field.present()) field.problem("is \"" + path + "\"; state a path that starts with /");
    return fallback;
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
    out.ports.grpc = portOr(ports.at("grpc"), out.ports.grpc);
    out.ports.metrics =
        portOr(ports.at("metrics"), out.ports.metrics != 0 ? out.ports.metrics : out.ports.http);
    out.metricsPath = pathOr(runtime.at("metricsPath"), out.metricsPath);
    out.readyPath = pathOr(runtime.at("readyPath"), out.readyPath);
    const Field errors = runtime.at("errors");
    if (errors.present()) out.errors = {selectors(errors.at("total")), selectors(errors.at("bad"))};
    out.latency = runtime.at("latency").text(out.latency);
    return out;
}

}  // namespace serin::api
