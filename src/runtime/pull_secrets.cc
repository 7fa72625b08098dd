#include "runtime/pull_secrets.h"

#include <optional>
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

// The entry of a Secret that was read, or in words why it has none for that registry.
Result<sources::RegistryEntry> entryOf(const KeyedData& secret, const std::string& whose,
                                       const std::string& place) {
    const auto config = secret.data.find(kKey);
    if (secret.type != kType || config == secret.data.end()) {
        return invalid(cat(whose, " is none of the type ", kType));
    }
    const Result<sources::Credentials> read = storeCredentials({{*config}, {}, {}}, whose);
    if (!read) return read.error();
    Result<sources::RegistryEntry> out = sources::registryEntry(read->at(kKey), place);
    if (!out) return invalid(cat(whose, ": ", out.error().message));
    sources::RegistryIdentity& identity = out->identity;
    if (!identity.username.empty() && !identity.password.empty()) {
        identity = {identity.username, identity.password, ""};
    }
    return out;
}

}  // namespace

Trouble readPullSecrets(const GetSecret& get, const std::string& space, const api::ModelSource& source,
                        PullSecrets& out) {
    const std::string place = sources::placeAsked(source.reference.place, source.endpoint);
    std::optional<sources::RegistryEntry> best;
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
            std::string& words = hidden ? out.unused.ungranted : out.unused.passedOver;
            if (!hidden || words.empty()) words = read.trouble.why;
            continue;
        }
        Result<sources::RegistryEntry> found = entryOf(read, cat("the ", object.words()), place);
        if (!found) {
            out.unused.passedOver = found.error().message;
        } else if (!best || best->rank < found->rank) {
            best = std::move(found).value();
        }
    }
    if (!best) return {};
    out.unused.passedOver.clear();
    // By the name by which the store looks for it.
    out.credentials = {{kKey, sources::configOf(best->identity, source.reference.place)}};
    return {};
}

}  // namespace serin::runtime
