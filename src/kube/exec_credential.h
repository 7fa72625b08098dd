#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "kube/cluster_config.h"

namespace serin::kube {

// What a credential plugin answered. Holds secrets: never log one.
struct ExecCredential {
    std::string token;
    std::string certificate;  // PEM; with `key`, or both empty
    std::string key;
    std::optional<Timestamp> expires;  // absent: good until the server refuses it

    friend bool operator==(const ExecCredential&, const ExecCredential&) = default;
};

// The value of KUBERNETES_EXEC_INFO for the plugin in `config`: an ExecCredential that says nobody can be
// asked and, if the plugin wants it, which cluster this is. `ca` is the text of the cluster's CA in PEM.
// Precondition: config.exec.
std::string execInfo(const ClusterConfig& config, std::string_view ca);

// Reads what the plugin wrote on its standard output. Fails, without quoting it, when that is no
// ExecCredential of `apiVersion` or has neither a token nor a certificate with its key.
Result<ExecCredential> parseExecCredential(std::string_view output, std::string_view apiVersion);

}  // namespace serin::kube
