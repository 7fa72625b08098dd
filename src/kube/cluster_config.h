#pragma once

#include <string>

namespace serin::kube {

// PEM text given directly, or a file to read whenever a connection is made (so that renewals are seen).
// `file` wins.
struct PemSource {
    std::string text;
    std::string file;

    bool empty() const { return text.empty() && file.empty(); }
    friend bool operator==(const PemSource&, const PemSource&) = default;
};

// How to reach a cluster, and as whom. Holds secrets: never log one.
struct ClusterConfig {
    std::string server;  // "https://host:port[/path]", no slash at the end
    PemSource ca;        // empty: the system's roots
    PemSource clientCertificate;
    PemSource clientKey;
    std::string token;
    std::string tokenFile;  // wins over token; read again every minute and after a 401
    std::string tlsServerName;
    bool insecureSkipTlsVerify = false;
    std::string space = "default";  // the context's namespace
    std::string source;             // where it came from, for messages: "in-cluster", "/home/u/.kube/config"
};

}  // namespace serin::kube
