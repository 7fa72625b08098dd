#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/text_logger.h"

namespace serin::runtime {

// What the operator is told on its command line or, for each flag, by the environment variable SERIN_<FLAG>.
struct Options {
    std::vector<std::string> watchNamespaces;  // empty: all
    bool leaderElect = true;
    std::string leaseName = "serin-operator";
    std::string space;       // where the Lease is; empty: the service account's own or the kubeconfig's
    int metricsPort = 8080;  // 0: none
    bool metricsAuthorization = true;
    std::string metricsCertificate;  // file; empty: self-signed
    std::string metricsKey;          // file; stated when the certificate is
    int healthPort = 8081;           // 0: none
    int webhookPort = 0;             // 0: none
    std::string webhookSecret;       // file; stated when the port is
    std::string webhookCertificate;  // file; empty: plain HTTP
    std::string webhookKey;          // file; stated when the certificate is
    LogFormat logFormat = LogFormat::Text;
    LogLevel logLevel = LogLevel::Info;
    Duration drainDelay{std::chrono::seconds(5)};
    int workers = 2;
    std::string fetchImage;     // loads models from their sources; empty: no spec may have a source
    std::string fetchGitImage;  // the same for sources in Git; stated only when fetchImage is
    std::string kubeconfig;
    bool version = false;
    bool help = false;
};

// Environment variable by name.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

// `arguments` without the program's name. A flag wins over its environment variable. The Error names what is
// wrong, also a flag that has no effect beside another.
Result<Options> parseOptions(const std::vector<std::string>& arguments, const Environment& environment);

// The text of --help.
std::string usage();

}  // namespace serin::runtime
