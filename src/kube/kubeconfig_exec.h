#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "base/result.h"
#include "kube/cluster_config.h"

namespace serin::kube {

// A path of a kubeconfig as seen from the process: relative ones are relative to the kubeconfig.
std::string beside(const std::string& kubeconfigPath, const std::string& path);

// The `exec` of a user, without its clusterExtension. Refuses other versions than v1 and v1beta1, plugins
// that must ask a person, and fields it does not know. Throws YAML::Exception where the file has another
// shape.
Result<ExecPlugin> readExec(const YAML::Node& exec, const std::string& kubeconfigPath,
                            const std::string& user);

// What a cluster's `extensions` hold for plugins (client.authentication.k8s.io/exec), as JSON; else empty.
std::string execExtension(const YAML::Node& extensions);

}  // namespace serin::kube
