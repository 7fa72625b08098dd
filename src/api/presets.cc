#include "api/presets.h"

#include <map>

#include <nlohmann/json.hpp>

#include "api/preset_files.h"
#include "base/percent.h"

namespace serin::api {
namespace {

using nlohmann::json;

constexpr std::string_view kModel = "{model}";

const std::map<std::string, json, std::less<>>& presets() {
    static const auto all = [] {
        std::map<std::string, json, std::less<>> out;
        for (const auto& [name, text] : kPresetFiles) out.emplace(name, json::parse(text));
        return out;
    }();
    return all;
}

}  // namespace

std::optional<Runtime> presetRuntime(std::string_view preset, const std::string& modelName) {
    const auto found = presets().find(preset);
    if (found == presets().end()) return std::nullopt;
    const json& file = found->second;
    Runtime out;
    out.preset = preset;
    const json& ports = file.at("ports");
    out.ports = {ports.at("http").get<int>(), ports.at("grpc").get<int>(), ports.at("metrics").get<int>()};
    out.metricsPath = file.at("metricsPath").get<std::string>();
    out.readyPath = file.at("readyPath").get<std::string>();
    if (const size_t at = out.readyPath.find(kModel); at != std::string::npos) {
        out.readyPath.replace(at, kModel.size(), percentEncode(modelName));
    }
    out.errors.total = file.at("errors").at("total").get<std::vector<std::string>>();
    out.errors.bad = file.at("errors").at("bad").get<std::vector<std::string>>();
    out.latency = file.at("latency").get<std::string>();
    out.latencyUnit = file.at("latencyUnit").get<double>();
    return out;
}

std::vector<std::string> presetNames() {
    std::vector<std::string> out;
    for (const auto& [name, file] : presets()) out.push_back(name);
    return out;
}

std::string presetNote(std::string_view preset) {
    const auto found = presets().find(preset);
    return found == presets().end() ? "" : found->second.at("note").get<std::string>();
}

}  // namespace serin::api
