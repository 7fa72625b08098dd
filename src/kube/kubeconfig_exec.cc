#include "kube/kubeconfig_exec.h"

#include <nlohmann/json.hpp>

#include <set>

#include "base/text.h"
#include "kube/object.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

constexpr const char* kVersion1 = "client.authentication.k8s.io/v1";
constexpr const char* kBeta = "client.authentication.k8s.io/v1beta1";
constexpr const char* kExtension = "client.authentication.k8s.io/exec";

std::string scalar(const YAML::Node& map, const char* name) {
    const YAML::Node value = map[name];
    return value && value.IsScalar() ? value.as<std::string>() : "";
}

// A plain scalar is what YAML 1.2's JSON schema says it is; a quoted one is a string.
Json scalarToJson(const YAML::Node& node) {
    const auto text = node.as<std::string>();
    if (node.Tag() == "!") return text;
    const Json value = Json::parse(text, nullptr, false);
    return value.is_number() || value.is_boolean() || value.is_null() ? value : Json(text);
}

Json toJson(const YAML::Node& node) {
    if (node.IsMap()) {
        Json out = Json::object();
        for (const auto& entry : node) out[entry.first.as<std::string>()] = toJson(entry.second);
        return out;
    }
    if (node.IsSequence()) {
        Json out = Json::array();
        for (const auto& item : node) out.push_back(toJson(item));
        return out;
    }
    return node.IsScalar() ? scalarToJson(node) : Json();
}

Result<void> checkMode(const std::string& mode, const std::string& apiVersion, const std::string& whose) {
    if (mode == "Never" || mode == "IfAvailable" || (mode.empty() && apiVersion == kBeta)) return {};
    if (mode == "Always") {
        return invalid(cat(whose,
                           " has interactiveMode Always, but Serin has nobody to ask; use a plugin that ",
                           "works without a terminal"));
    }
    if (mode.empty()) return invalid(cat(whose, " has no interactiveMode, which v1 requires"));
    return invalid(cat(whose, " has interactiveMode '", mode, "'; it is Never, IfAvailable or Always"));
}

}  // namespace

std::string beside(const std::string& kubeconfigPath, const std::string& path) {
    if (path.empty() || path.front() == '/') return path;
    const size_t slash = kubeconfigPath.rfind('/');
    return slash == std::string::npos ? path : kubeconfigPath.substr(0, slash + 1) + path;
}

Result<ExecPlugin> readExec(const YAML::Node& exec, const std::string& kubeconfigPath,
                            const std::string& user) {
    const std::string whose = cat(kubeconfigPath, ": user '", user, "': exec");
    if (!exec.IsMap()) return invalid(cat(whose, " is no map"));
    static const std::set<std::string> known{
        "apiVersion", "command", "args", "env", "installHint", "interactiveMode", "provideClusterInfo"};
    for (const auto& entry : exec) {
        if (const auto name = entry.first.as<std::string>(); !known.contains(name))
            return invalid(cat(whose, " uses '", name, "', which Serin does not support"));
    }
    ExecPlugin plugin;
    plugin.apiVersion = scalar(exec, "apiVersion");
    if (plugin.apiVersion != kVersion1 && plugin.apiVersion != kBeta) {
        return invalid(
            cat(whose, " has apiVersion '", plugin.apiVersion, "'; Serin knows ", kVersion1, " and ", kBeta));
    }
    if (const auto mode = checkMode(scalar(exec, "interactiveMode"), plugin.apiVersion, whose); !mode)
        return mode.error();
    plugin.command = scalar(exec, "command");
    if (plugin.command.empty()) return invalid(cat(whose, " has no command"));
    // As kubectl does: names are looked up in $PATH, relative paths are relative to the kubeconfig.
    if (plugin.command.find('/') != std::string::npos)
        plugin.command = beside(kubeconfigPath, plugin.command);
    if (exec["args"] && !exec["args"].IsNull())
        plugin.arguments = exec["args"].as<std::vector<std::string>>();
    for (const auto& variable : exec["env"])
        plugin.environment.emplace_back(variable["name"].as<std::string>(), scalar(variable, "value"));
    plugin.installHint = trim(scalar(exec, "installHint"));
    plugin.provideClusterInfo = scalar(exec, "provideClusterInfo") == "true";
    return plugin;
}

std::string execExtension(const YAML::Node& extensions) {
    if (!extensions || !extensions.IsSequence()) return "";
    for (const auto& extension : extensions) {
        if (scalar(extension, "name") == kExtension) return dumpJson(toJson(extension["extension"]));
    }
    return "";
}

}  // namespace serin::kube
