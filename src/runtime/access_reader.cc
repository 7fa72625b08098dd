#include "runtime/access_reader.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "kube/resource.h"
#include "runtime/credentials.h"

namespace serin::runtime {
namespace {

constexpr std::string_view kCertificate = "-----BEGIN CERTIFICATE-----";
// Who asks, where the refusal does not name a service account.
constexpr const char* kUnknownAccount = "NAMESPACE_OF_SERIN:SERVICE_ACCOUNT_OF_SERIN";

// "namespace:name" of the service account in the API server's own words.
std::string accountIn(const std::string& refusal) {
    constexpr std::string_view kBegin = "User \"system:serviceaccount:";
    const size_t found = refusal.find(kBegin);
    if (found == std::string::npos) return kUnknownAccount;
    const std::string account = split(refusal.substr(found + kBegin.size()), '"').front();
    const bool plain = std::ranges::all_of(account, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
    });
    return plain && std::ranges::count(account, ':') == 1 ? account : kUnknownAccount;
}

// Two commands for whoever may grant rights in the namespace.
std::string grant(const std::string& space, const std::string& name, const std::string& refusal) {
    const std::string role = cat("serin-reads-", name);
    return cat("grant it: kubectl create role ", role, " -n ", space,
               " --verb=get --resource=secrets --resource-name=", name, " && kubectl create rolebinding ",
               role, " -n ", space, " --role=", role, " --serviceaccount=", accountIn(refusal));
}

Trouble readSecret(const Result<HttpResponse>& answer, const std::string& space, const std::string& name,
                   net::Access& out) {
    const KeyedObject object{
        kube::secrets(), space, name,
        cat("kubectl create secret generic -n ", space, ' ', name,
            " --from-file=token=FILE, or --from-literal=username=NAME --from-file=password=FILE"),
        [&](const std::string& refusal) { return grant(space, name, refusal); }};
    const KeyedData read = dataIn(answer, object);
    if (!read.trouble.why.empty()) return read.trouble;
    Result<net::Access> credentials = credentialsOf(read, cat("the ", object.words()));
    if (!credentials) return {credentials.error().message, false};
    out = std::move(credentials).value();
    return {};
}

Trouble readAuthorities(const Result<HttpResponse>& answer, const std::string& space,
                        const api::ConfigMapKey& source, std::string& out) {
    const KeyedObject object{kube::configMaps(), space, source.configMap,
                             cat("kubectl create configmap -n ", space, ' ', source.configMap,
                                 " --from-file=", source.key, "=FILE"),
                             upgradeTheChart};
    const KeyedData read = dataIn(answer, object);
    if (!read.trouble.why.empty()) return read.trouble;
    const auto found = read.data.find(source.key);
    if (found == read.data.end()) {
        return {cat("the ", object.words(), " has no key \"", source.key, "\" but ", read.keys(),
                    "; state tls.ca.configMap.key, or put the authority's certificate there"),
                false};
    }
    if (found->second.find(kCertificate) == std::string::npos) {
        return {cat("the key \"", source.key, "\" of the ", object.words(), " has no certificate in PEM (",
                    kCertificate, "); put the authority's there"),
                false};
    }
    out = found->second;
    return {};
}

}  // namespace

AccessReading accessIn(const std::optional<Result<HttpResponse>>& secret,
                       const std::optional<Result<HttpResponse>>& configMap, const std::string& space,
                       const api::AccessSource& source) {
    AccessReading out;
    if (secret) out.trouble = readSecret(*secret, space, source.secret, out.access);
    if (out.good() && configMap && source.ca) {
        out.trouble = readAuthorities(*configMap, space, *source.ca, out.access.authorities);
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
