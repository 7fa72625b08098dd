#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kube/cluster_config.h"

namespace serin::kube {

// The outside world as functions: this folder does no IO.
struct Surroundings {
    // The content of a file; NotFound when there is none.
    std::function<Result<std::string>(const std::string& path)> readFile;
    // The value of an environment variable.
    std::function<std::optional<std::string>(const std::string& name)> environment;
};

struct ConfigChoice {
    std::string kubeconfig;  // --kubeconfig: this one file, which must exist
    std::string context;     // --context: instead of current-context
};

// One file's text and its path (for relative paths inside it and for messages).
struct KubeconfigFile {
    std::string path;
    std::string text;
};

// Merges the files as kubectl does: the first file that names a cluster, user, context or current-context
// wins; relative paths are relative to the file they stand in. What Serin cannot honour (auth-provider,
// username, impersonation, SOCKS proxies, plugins that must ask a person, …) is refused by name when the
// chosen context uses it, never ignored.
Result<ClusterConfig> parseKubeconfig(const std::vector<KubeconfigFile>& files, const std::string& context);

// The service account of a pod: KUBERNETES_SERVICE_HOST/PORT and
// /var/run/secrets/kubernetes.io/serviceaccount. NotFound outside a pod.
Result<ClusterConfig> inClusterConfig(const Surroundings& surroundings);

// --kubeconfig, else in-cluster, else $KUBECONFIG (a list with ':'), else ~/.kube/config.
Result<ClusterConfig> loadClusterConfig(const ConfigChoice& choice, const Surroundings& surroundings);

}  // namespace serin::kube
