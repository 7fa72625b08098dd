#include "runtime/source_resolver.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "api/status_limits.h"
#include "base/shorten.h"
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

SourceAnswer failed(const char* reason, const std::string& message) {
    return {std::nullopt, reason, shortened(message, api::kLongestMessage)};
}

// What the source names could not be read.
SourceAnswer unread(const Trouble& trouble) {
    return failed(trouble.failed ? kUnavailable : kCredentials, trouble.why);
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

class Resolver {
  public:
    explicit Resolver(ResolverParts parts) : parts_(std::move(parts)) {}

    SourceAnswer operator()(const std::string& space, const api::ModelSource& source,
                            const std::stop_token& stop) const {
        sources::Credentials credentials;
        std::string authorities;
        if (!source.credentialsSecret.empty()) {
            const auto answer = get(kube::secrets(), space, source.credentialsSecret, stop);
            const Trouble trouble = readCredentials(answer, space, source.credentialsSecret, credentials);
            if (!trouble.why.empty()) return unread(trouble);
        }
        if (!source.caConfigMap.empty()) {
            const api::ConfigMapKey key{source.caConfigMap, source.caKey};
            const auto answer = get(kube::configMaps(), space, key.configMap, stop);
            const Trouble trouble =
                readAuthorities(answer, space, {key, "model.source.ca.configMap.key"}, authorities);
            if (!trouble.why.empty()) return unread(trouble);
        }
        return ask(source, credentials, authorities, stop);
    }

  private:
    Result<HttpResponse> get(const kube::Resource& kind, const std::string& space, const std::string& name,
                             const std::stop_token& stop) const {
        return parts_.transport.send(parts_.requests.get(kind, space, name), stop);
    }

    SourceAnswer ask(const api::ModelSource& source, const sources::Credentials& credentials,
                     const std::string& authorities, const std::stop_token& stop) const {
        const std::unique_ptr<sources::Exchange> exchange = parts_.exchange(authorities);
        Bounded bounded(*exchange, parts_.clock, stop);
        const auto store = parts_.store(source.reference.store, credentials, bounded);
        if (!store) return failed(reasonOf(store.error().code), store.error().message);
        Result<sources::Resolution> found = (*store)->resolve(source, parts_.clock.wall());
        if (!found) return failed(reasonOf(found.error().code), found.error().message);
        api::ResolvedModel model = std::move(found).value().model;
        if (model.id.empty() || model.id.size() > api::kLongestId) {
            return failed(kInvalid, cat(source.uri, " has an id of ", model.id.size(),
                                        " characters, and 1 to ", api::kLongestId, " can be recorded"));
        }
        // The status counts in 64 bits with a sign.
        if (model.bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
            return failed(kInvalid, cat(source.uri, " is said to have ", model.bytes, " bytes"));
        }
        model.version = shortened(model.version, api::kLongestVersion);
        return {std::move(model), "", ""};
    }

    ResolverParts parts_;
};

}  // namespace

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
        if (!key.ends_with("_JSON") && std::ranges::any_of(value, isControl)) {
            return invalid(cat(whose, " has a ", key,
                               " with a line break or another control character, which cannot stand in a "
                               "header; put the value there and nothing else"));
        }
        out[key] = std::move(value);
    }
    return out;
}

ResolveSource sourceResolver(ResolverParts parts) {
    return Resolver(std::move(parts));
}

}  // namespace serin::runtime
