#include "kube/cluster_config.h"

#include <utility>

#include "base/text.h"
#include "kube/kubeconfig.h"

namespace serin::kube {
namespace {

constexpr const char* kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

// The files of $KUBECONFIG or ~/.kube/config. As kubectl does, skips those that do not exist.
Result<std::vector<KubeconfigFile>> defaultFiles(const Surroundings& surroundings) {
    std::vector<std::string> paths;
    if (const auto list = surroundings.environment("KUBECONFIG"); list && !list->empty()) {
        paths = split(*list, ':');
    } else if (const auto home = surroundings.environment("HOME")) {
        paths = {cat(*home, "/.kube/config")};
    }
    std::vector<KubeconfigFile> files;
    for (const std::string& path : paths) {
        if (path.empty()) continue;
        Result<std::string> text = surroundings.readFile(path);
        if (!text && text.error().code == ErrorCode::NotFound) continue;
        if (!text) return text.error();
        files.push_back({path, std::move(text).value()});
    }
    if (files.empty()) {
        return Error{ErrorCode::NotFound,
                     cat("no cluster: not in a pod, and no kubeconfig in ",
                         paths.empty() ? std::string("$KUBECONFIG or ~/.kube/config") : join(paths, ":"))};
    }
    return files;
}

}  // namespace

Result<ClusterConfig> inClusterConfig(const Surroundings& surroundings) {
    const auto host = surroundings.environment("KUBERNETES_SERVICE_HOST");
    const auto port = surroundings.environment("KUBERNETES_SERVICE_PORT");
    if (!host || !port || host->empty() || port->empty()) {
        return Error{ErrorCode::NotFound, "not in a pod: KUBERNETES_SERVICE_HOST and _PORT are not set"};
    }
    ClusterConfig config;
    const bool bare = host->find(':') != std::string::npos && host->front() != '[';
    config.server = cat("https://", bare ? cat('[', *host, ']') : *host, ':', *port);
    config.tokenFile = cat(kServiceAccount, "/token");
    config.ca.file = cat(kServiceAccount, "/ca.crt");
    config.source = "in-cluster";
    if (const auto token = surroundings.readFile(config.tokenFile); !token) {
        return Error{token.error().code, cat("in-cluster: ", token.error().message)};
    }
    if (const auto space = surroundings.readFile(cat(kServiceAccount, "/namespace")); space) {
        if (const std::string_view name = trim(*space); !name.empty()) config.space = name;
    }
    return config;
}

Result<ClusterConfig> loadClusterConfig(const ConfigChoice& choice, const Surroundings& surroundings) {
    if (!choice.kubeconfig.empty()) {
        Result<std::string> text = surroundings.readFile(choice.kubeconfig);
        if (!text) return text.error();
        return parseKubeconfig({{choice.kubeconfig, std::move(text).value()}}, choice.context);
    }
    if (choice.context.empty()) {
        Result<ClusterConfig> inCluster = inClusterConfig(surroundings);
        if (inCluster || inCluster.error().code != ErrorCode::NotFound) return inCluster;
        if (surroundings.environment("KUBERNETES_SERVICE_HOST")) return inCluster;
    }
    const Result<std::vector<KubeconfigFile>> files = defaultFiles(surroundings);
    if (!files) return files.error();
    return parseKubeconfig(*files, choice.context);
}

}  // namespace serin::kube
