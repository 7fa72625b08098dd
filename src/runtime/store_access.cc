#include "runtime/store_access.h"

#include <algorithm>
#include <utility>

#include "api/object_names.h"
#include "base/base64.h"
#include "base/text.h"
#include "kube/resource.h"
#include "kube/token_request.h"
#include "runtime/authorities.h"
#include "runtime/service_account_token.h"

namespace serin::runtime {
namespace {

// Of Secrets of the type kubernetes.io/dockerconfigjson: JSON.
constexpr const char* kDockerConfig = ".dockerconfigjson";

bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

Trouble readCredentials(const Result<HttpResponse>& answer, const std::string& space, const std::string& name,
                        sources::Credentials& out) {
    const KeyedObject object{
        kube::secrets(), space, name,
        cat("kubectl create secret generic -n ", space, ' ', name, " --from-literal=KEY=VALUE"),
        [&](const std::string& refusal) { return grantTheSecret(space, name, refusal); }};
    const KeyedData read = dataIn(answer, object);
    if (!read.trouble.why.empty()) return read.trouble;
    Result<sources::Credentials> credentials = storeCredentials(read, cat("the ", object.words()));
    if (!credentials) return {credentials.error().message, false};
    out = std::move(credentials).value();
    return {};
}

// One token for all that a look exchanges: it lives longer than a look may take, and its next one asks anew.
Trouble readIdentity(const AccessReaders& readers, const std::string& space, const api::WorkloadIdentity& who,
                     std::optional<sources::CloudIdentity>& out) {
    if (!api::isObjectName(who.serviceAccount)) {
        return {"the name of the pods' service account cannot be one; state template.spec.serviceAccountName",
                false};
    }
    const auto answer = readers.transport.send(
        kube::tokenRequest(readers.requests, space, who.serviceAccount, who.audience), readers.stop);
    std::string token;
    const Trouble trouble = readToken(answer, space, who.serviceAccount, token);
    if (!trouble.why.empty()) return trouble;
    out = sources::CloudIdentity{who, [token]() -> Result<std::string> { return token; }};
    return {};
}

}  // namespace

Trouble readStoreAccess(const AccessReaders& readers, const std::string& space,
                        const api::ModelSource& source, StoreAccess& out) {
    const auto get = [&](const kube::Resource& kind, const std::string& name) {
        return readers.transport.send(readers.requests.get(kind, space, name), readers.stop);
    };
    if (!source.credentialsSecret.empty()) {
        const auto answer = get(kube::secrets(), source.credentialsSecret);
        const Trouble trouble = readCredentials(answer, space, source.credentialsSecret, out.credentials);
        if (!trouble.why.empty()) return trouble;
    } else {
        PullSecrets found;
        const auto secret = [&](const std::string& name) { return get(kube::secrets(), name); };
        const Trouble trouble = readPullSecrets(secret, space, source, found);
        if (!trouble.why.empty()) return trouble;
        out.credentials = std::move(found.credentials);
        out.unused = std::move(found.unused);
    }
    if (source.identity) {
        const Trouble trouble = readIdentity(readers, space, *source.identity, out.identity);
        if (!trouble.why.empty()) return trouble;
    }
    if (source.caConfigMap.empty()) return {};
    const api::ConfigMapKey key{source.caConfigMap, source.caKey};
    const auto answer = get(kube::configMaps(), key.configMap);
    return readAuthorities(answer, space, {key, "model.source.ca.configMap.key"}, out.authorities);
}

Result<sources::Credentials> storeCredentials(const KeyedData& secret, const std::string& whose) {
    if (secret.data.empty()) {
        return invalid(cat(whose,
                           " has no key; put there the credentials, with keys named as the store's own "
                           "tools name their environment"));
    }
    sources::Credentials out;
    for (const auto& [key, encoded] : secret.data) {
        Result<std::string> bytes = decodeBase64(encoded);
        if (!bytes) return invalid(cat(whose, " has a ", key, " that is ", bytes.error().message));
        std::string value = std::move(bytes).value();
        // Files end with a line break, and so do values that were made of them.
        while (value.ends_with('\n') || value.ends_with('\r')) value.pop_back();
        // JSON may go over several lines, and its values alone go into headers.
        if (!key.ends_with("_JSON") && key != kDockerConfig && std::ranges::any_of(value, isControl)) {
            return invalid(cat(whose, " has a ", key,
                               " with a line break or another control character, which cannot stand in a "
                               "header; put the value there and nothing else"));
        }
        out[key] = std::move(value);
    }
    return out;
}

}  // namespace serin::runtime
