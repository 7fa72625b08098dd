#include "runtime/store_opener.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "kube/base64.h"
#include "kube/resource.h"
#include "runtime/authorities.h"

namespace serin::runtime {
namespace {

// Reasons of the condition SourceReady. What is unavailable comes back by itself, for the rest a person is
// needed.
constexpr const char* kUnavailable = "StoreUnavailable";
constexpr const char* kForbidden = "StoreForbidden";
constexpr const char* kNotFound = "NotFound";
constexpr const char* kInvalid = "Invalid";
constexpr const char* kCredentials = "CredentialsForbidden";

const char* reasonOf(ErrorCode code) {
    switch (code) {
        case ErrorCode::Forbidden:
        case ErrorCode::Unauthorized:
            return kForbidden;
        case ErrorCode::NotFound:
            return kNotFound;
        case ErrorCode::Invalid:
        case ErrorCode::Conflict:
        case ErrorCode::Expired:
            return kInvalid;
        default:
            return kUnavailable;
    }
}

// What the source names could not be read.
StoreTrouble unread(const Trouble& trouble) {
    return {trouble.failed ? kUnavailable : kCredentials, trouble.why};
}

// Of all requests of a look together. A store that is slower has its thread for so long and no longer.
constexpr Duration kLongestLook = std::chrono::minutes(2);

// Ends a long listing when the process does, and when its time is over.
class Bounded final : public sources::Exchange {
  public:
    Bounded(sources::Exchange& below, const Clock& clock, std::stop_token stop)
        : below_(below), clock_(clock), stop_(std::move(stop)), until_(clock.sinceBoot() + kLongestLook) {}

    Result<HttpResponse> send(const std::string& url, const HttpRequest& request, size_t maxBytes) override {
        if (stop_.stop_requested()) return Error{ErrorCode::Stopped, "the operator stops"};
        if (clock_.sinceBoot() >= until_) {
            return Error{ErrorCode::Unavailable,
                         cat("the store did not answer all that was asked of it within ",
                             formatDuration(kLongestLook), "; is it slow, or are there very many files?")};
        }
        return below_.send(url, request, maxBytes);
    }

  private:
    sources::Exchange& below_;
    const Clock& clock_;
    std::stop_token stop_;
    Duration until_;
};

// Of Secrets of the type kubernetes.io/dockerconfigjson: JSON, which may have lines.
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

Trouble readNamed(const StoreParts& parts, const std::string& space, const api::ModelSource& source,
                  const std::stop_token& stop, OpenedStore& out, std::string& authorities) {
    const auto get = [&](const kube::Resource& kind, const std::string& name) {
        return parts.transport.send(parts.requests.get(kind, space, name), stop);
    };
    if (!source.credentialsSecret.empty()) {
        const auto answer = get(kube::secrets(), source.credentialsSecret);
        const Trouble trouble = readCredentials(answer, space, source.credentialsSecret, out.credentials);
        if (!trouble.why.empty()) return trouble;
    }
    if (source.caConfigMap.empty()) return {};
    const api::ConfigMapKey key{source.caConfigMap, source.caKey};
    const auto answer = get(kube::configMaps(), key.configMap);
    return readAuthorities(answer, space, {key, "model.source.ca.configMap.key"}, authorities);
}

}  // namespace

std::optional<StoreTrouble> openStore(const StoreParts& parts, const std::string& space,
                                      const api::ModelSource& source, const std::stop_token& stop,
                                      OpenedStore& out) {
    std::string authorities;
    const Trouble trouble = readNamed(parts, space, source, stop, out, authorities);
    if (!trouble.why.empty()) return unread(trouble);
    out.connection = parts.exchange(authorities);
    out.exchange = std::make_unique<Bounded>(*out.connection, parts.clock, stop);
    auto store = parts.store(source.reference.store, out.credentials, *out.exchange);
    if (!store) return storeTrouble(store.error());
    out.store = std::move(store).value();
    return std::nullopt;
}

StoreTrouble storeTrouble(const Error& error) {
    return {reasonOf(error.code), error.message};
}

Result<sources::Credentials> storeCredentials(const KeyedData& secret, const std::string& whose) {
    if (secret.data.empty()) {
        return invalid(cat(whose,
                           " has no key; put there the credentials, with keys named as the store's own "
                           "tools name their environment"));
    }
    sources::Credentials out;
    for (const auto& [key, encoded] : secret.data) {
        Result<std::string> bytes = kube::decodeBase64(encoded);
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
