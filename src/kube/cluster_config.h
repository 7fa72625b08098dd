#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace serin::kube {

// PEM text given directly, or a file to read whenever a connection is made (so that renewals are seen).
// `file` wins.
struct PemSource {
    std::string text;
    std::string file;

    bool empty() const { return text.empty() && file.empty(); }
    friend bool operator==(const PemSource&, const PemSource&) = default;
};

// A program that says who we are (client-go credential plugins).
struct ExecPlugin {
    std::string apiVersion;  // client.authentication.k8s.io/v1 or /v1beta1
    std::string command;     // a path, or a name to look for in $PATH
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> environment;  // besides the process's own
    std::string installHint;
    bool provideClusterInfo = false;
    std::string clusterExtension;  // JSON text of the cluster's extension for plugins; empty: none

    friend bool operator==(const ExecPlugin&, const ExecPlugin&) = default;
};

// How to reach a cluster, and as whom. Holds secrets: never log one.
struct ClusterConfig {
    std::string server;  // "https://host:port[/path]", no slash at the end
    PemSource ca;        // empty: the system's roots
    PemSource clientCertificate;
    PemSource clientKey;
    std::string token;
    std::string tokenFile;           // wins over token; read again every minute and after a 401
    std::optional<ExecPlugin> exec;  // instead of a token and a client certificate
    std::string proxyUrl;            // "http://[user:password@]host:port"; empty: none
    std::string tlsServerName;
    bool insecureSkipTlsVerify = false;
    std::string space = "default";  // the context's namespace
    std::string source;             // where it came from, for messages: "in-cluster", "/home/u/.kube/config"
};

}  // namespace serin::kube
