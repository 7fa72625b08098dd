// The input is a kubeconfig file.
#include "kube/kubeconfig.h"

#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {

void one(std::string_view input) {
    const auto config = kube::parseKubeconfig({{"/etc/kubeconfig", std::string(input)}}, "");
    if (!config) {
        require(!config.error().message.empty(), "a refusal says why");
        return;
    }
    const bool secure = config->server.starts_with("https://");
    require(secure || config->server.starts_with("http://"), "a server has a scheme that is known");
    require(!config->insecureSkipTlsVerify || config->ca.empty(), "who verifies nothing has no authority");
    require(secure || (config->token.empty() && config->tokenFile.empty() && config->clientKey.empty()),
            "no credentials go over plain HTTP");
    const auto again = kube::parseKubeconfig({{"/etc/kubeconfig", std::string(input)}}, "");
    require(again && again->server == config->server && again->token == config->token,
            "the same text, the same answer");
}

}  // namespace serin::fuzz
