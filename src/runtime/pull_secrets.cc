#include "runtime/pull_secrets.h"

#include <utility>

#include "base/text.h"
#include "kube/resource.h"
#include "runtime/store_access.h"
#include "sources/docker_config.h"

namespace serin::runtime {
namespace {

// core/v1, SecretTypeDockerConfigJson and DockerConfigJsonKey.
constexpr const char* kType = "kubernetes.io/dockerconfigjson";
constexpr const char* kKey = ".dockerconfigjson";

// The credentials of a Secret that was read, or in words why it has none for that registry.
Result<sources::Credentials> credentialsOf(const KeyedData& secret, const std::string& whose,
                                           const std::string& place) {
    const auto config = secret.data.find(kKey);
    if (secret.type != kType || config == secret.data.end()) {
        return invalid(cat(whose, " is none of the type ", kType));
    }
    Result<sources::Credentials> out = storeCredentials({{*config}, {}, {}}, whose);
    if (!out) return out.error();
    const auto identity = sources::registryIdentity(*out, place);
    if (!identity) return invalid(cat(whose, ": ", identity.error().message));
    return out;
}

}  // namespace

Trouble readPullSecrets(const GetSecret& get, const std::string& space, const api::ModelSource& source,
                        PullSecrets& out) {
    for (const std::string& name : source.pullSecrets) {
        const KeyedObject object{
            kube::secrets(), space, name,
            cat("kubectl create secret docker-registry -n ", space, ' ', name, " --docker-server=REGISTRY"),
            [&](const std::string& refusal) { return grantTheSecret(space, name, refusal); }};
        const Result<HttpResponse> answer = get(name);
        const KeyedData read = dataIn(answer, object);
        if (read.trouble.failed) return read.trouble;
        if (!read.trouble.why.empty()) {
            const bool hidden = answer && answer->status == 403;
            std::string& place = hidden ? out.ungranted : out.passedOver;
            if (!hidden || place.empty()) place = read.trouble.why;
            continue;
        }
        Result<sources::Credentials> found =
            credentialsOf(read, cat("the ", object.words()), source.reference.place);
        if (!found) {
            out.passedOver = found.error().message;
            continue;
        }
        out.credentials = std::move(found).value();
        return {};
    }
    return {};
}

}  // namespace serin::runtime
