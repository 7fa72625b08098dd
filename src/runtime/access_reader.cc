#include "runtime/access_reader.h"

#include "base/text.h"
#include "kube/resource.h"
#include "runtime/authorities.h"
#include "runtime/credentials.h"

namespace serin::runtime {
namespace {

Trouble readSecret(const Result<HttpResponse>& answer, const std::string& space, const std::string& name,
                   net::Access& out) {
    const KeyedObject object{
        kube::secrets(), space, name,
        cat("kubectl create secret generic -n ", space, ' ', name,
            " --from-file=token=FILE, or --from-literal=username=NAME --from-file=password=FILE"),
        [&](const std::string& refusal) { return grantTheSecret(space, name, refusal); }};
    const KeyedData read = dataIn(answer, object);
    if (!read.trouble.why.empty()) return read.trouble;
    Result<net::Access> credentials = credentialsOf(read, cat("the ", object.words()));
    if (!credentials) return {credentials.error().message, false};
    out = std::move(credentials).value();
    return {};
}

}  // namespace

AccessReading accessIn(const std::optional<Result<HttpResponse>>& secret,
                       const std::optional<Result<HttpResponse>>& configMap, const std::string& space,
                       const api::AccessSource& source) {
    AccessReading out;
    if (secret) out.trouble = readSecret(*secret, space, source.secret, out.access);
    if (out.good() && configMap && source.ca) {
        out.trouble =
            readAuthorities(*configMap, space, {*source.ca, "tls.ca.configMap.key"}, out.access.authorities);
    }
    if (!out.good()) return {{}, out.trouble};
    out.access.serverName = source.serverName;
    return out;
}

ReadAccess accessReader(net::Transport& transport, kube::RequestBuilder requests) {
    return [&transport, requests = std::move(requests)](
               const std::string& space, const api::AccessSource& source, const std::stop_token& stop) {
        std::optional<Result<HttpResponse>> secret;
        std::optional<Result<HttpResponse>> configMap;
        if (!source.secret.empty()) {
            secret = transport.send(requests.get(kube::secrets(), space, source.secret), stop);
        }
        // Where the Secret is of no use, an authority would not help.
        if (source.ca && accessIn(secret, std::nullopt, space, source).good()) {
            configMap = transport.send(requests.get(kube::configMaps(), space, source.ca->configMap), stop);
        }
        return accessIn(secret, configMap, space, source);
    };
}

}  // namespace serin::runtime
