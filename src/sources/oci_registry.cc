#include "sources/oci_registry.h"

#include <algorithm>

#include "base/base64.h"
#include "base/percent.h"
#include "base/text.h"
#include "sources/hmac.h"
#include "sources/json_answer.h"
#include "sources/listing.h"
#include "sources/oci_manifest.h"
#include "sources/opening.h"
#include "sources/token_form.h"

namespace serin::sources {
namespace {

constexpr const char* kAuthorization = "authorization";
constexpr size_t kMostTokenBytes = size_t{256} << 10;
constexpr size_t kLongestToken = 32'000;  // of headers 64 KiB are sent and read by most
// Of a token that does not say (distribution's "Token Authentication Specification"); none is used to its
// end.
constexpr int64_t kTokenSeconds = 60;
constexpr int64_t kLongestTokenSeconds = 86'400;
constexpr Duration kTokenReserve = std::chrono::seconds(10);

std::string keyOf(const OciPlace& place) {
    return cat(place.address, " ", place.repository);
}

bool isRedirect(int status) {
    return status >= 300 && status < 400 && status != 304;
}

}  // namespace

std::string OciPlace::url(const std::string& kind, const std::string& reference) const {
    return cat(address, "/v2/", repository, "/", kind, "/", reference);
}

OciPlace ociPlace(const std::string& name, const std::string& endpoint) {
    const size_t slash = name.find('/');
    const std::string registry = name.substr(0, slash);
    OciPlace out{name, endpoint, name.substr(slash + 1)};
    const bool hub = registry == "docker.io" || registry == "index.docker.io";
    if (hub && out.repository.find('/') == std::string::npos) out.repository.insert(0, "library/");
    if (endpoint.empty()) out.address = cat("https://", hub ? "registry-1.docker.io" : registry);
    return out;
}

OciRegistry::OciRegistry(Credentials credentials, Exchange& exchange)
    : credentials_(std::move(credentials)), exchange_(exchange) {}

Credentials OciRegistry::secretsOf(const OciPlace& place) const {
    const Result<RegistryIdentity> identity = registryIdentity(credentials_, place.name);
    if (!identity) return {};
    return {{"OCI_USERNAME", identity->username},
            {"OCI_PASSWORD", identity->password},
            {"OCI_TOKEN", identity->token},
            {"identity token", identity->identityToken},
            {"identity token, encoded", percentEncode(identity->identityToken)}};
}

Result<HttpResponse> OciRegistry::askOnce(Call call, const std::string& authorization,
                                          const OciPlace& place) const {
    Credentials secrets = secretsOf(place);
    if (!authorization.empty()) {
        call.headers[kAuthorization] = authorization;
        secrets["what opens it"] = authorization.substr(authorization.find(' ') + 1);
    }
    return Calls(exchange_, secrets, registryWords).answerTo(call);
}

Result<HttpResponse> OciRegistry::answerTo(const Call& call, const OciPlace& place, Timestamp now) {
    Call straight = call;
    straight.follow = false;  // what another host wants to know of us is not for it
    const Result<std::optional<std::string>> before = known(place, now);
    if (!before) return before.error();
    std::string opening = before->value_or("");
    Result<HttpResponse> answer = askOnce(straight, opening, place);
    if (answer && answer->status == 401) {
        const auto challenge = readChallenge(headerOf(*answer, "www-authenticate"));
        if (!challenge) return answer;
        const Result<std::string> opened = open(*challenge, place, now);
        if (!opened) return opened.error();
        opening = *opened;
        if (!opening.empty()) answer = askOnce(straight, opening, place);
    } else if (answer && !*before) {
        const std::scoped_lock lock(mutex_);
        openings_.try_emplace(keyOf(place));
    }
    if (!answer || !isRedirect(answer->status) || !call.follow) return answer;
    return askOnce(call, opening, place);
}

Error OciRegistry::refusal(const Call& call, const HttpResponse& answer, const OciPlace& place) const {
    const Credentials secrets = secretsOf(place);
    Error out = Calls(exchange_, secrets, registryWords).refusal(call, answer);
    // Registries hide what one may not see.
    if (answer.status == 401 || answer.status == 403) {
        out.message +=
            cat("; there is no ", place.name, ", or it is private and ",
                credentials_.empty() ? "no credentials are stated" : "the credentials do not open it");
    }
    return out;
}

Result<std::string> OciRegistry::authorization(const std::string& url, const OciPlace& place, Timestamp now) {
    Result<std::optional<std::string>> opening = known(place, now);
    if (!opening) return opening.error();
    if (!*opening) {
        Call call;
        call.method = "HEAD";
        call.url = url;
        call.follow = false;
        if (const auto answer = answerTo(call, place, now); !answer) return answer.error();
        opening = known(place, now);
        if (!opening) return opening.error();
    }
    return opening->value_or("");
}

Result<std::optional<std::string>> OciRegistry::known(const OciPlace& place, Timestamp now) {
    const std::scoped_lock lock(mutex_);
    const auto found = openings_.find(keyOf(place));
    if (found == openings_.end()) return std::optional<std::string>();
    if (found->second.until <= now) {
        Result<Opening> renewed = openingFor(found->second.challenge, place, now);
        if (!renewed) return renewed.error();
        found->second = std::move(renewed).value();
    }
    return std::optional(found->second.authorization);
}

Result<std::string> OciRegistry::open(const OciChallenge& challenge, const OciPlace& place, Timestamp now) {
    const std::scoped_lock lock(mutex_);
    Result<Opening> opening = openingFor(challenge, place, now);
    if (!opening) return opening.error();
    openings_[keyOf(place)] = *opening;
    return opening->authorization;
}

Result<OciRegistry::Opening> OciRegistry::openingFor(const OciChallenge& challenge, const OciPlace& place,
                                                     Timestamp now) const {
    const Result<RegistryIdentity> identity = registryIdentity(credentials_, place.name);
    if (!identity) return identity.error();
    Opening out{challenge, "", Timestamp::max()};
    if (!identity->token.empty()) {
        out.authorization = cat("Bearer ", identity->token);
        return out;
    }
    if (!challenge.basic) return tokenFor(challenge, *identity, place, now);
    if (!identity->identityToken.empty() && identity->password.empty()) {
        return Error{
            ErrorCode::Forbidden,
            cat(plainly(place.address),
                " wants a name and a password, and the credentials have an identity token alone, which "
                "only servers of tokens take; state OCI_USERNAME and OCI_PASSWORD")};
    }
    if (!identity->empty()) {
        out.authorization = cat("Basic ", encodeBase64(cat(identity->username, ":", identity->password)));
    }
    return out;
}

Result<Call> OciRegistry::tokenCall(const OciChallenge& challenge, const RegistryIdentity& identity,
                                    const OciPlace& place) const {
    const std::string scope = cat("repository:", place.repository, ":pull");
    Call out;
    if (identity.identityToken.empty()) {
        Result<std::string> url = tokenUrl(challenge, place.address, scope);
        if (!url) return url.error();
        out.url = std::move(url).value();
        if (!identity.empty()) {
            out.headers[kAuthorization] =
                cat("Basic ", encodeBase64(cat(identity.username, ":", identity.password)));
        }
    } else {
        const Result<Query> form = tokenForm(challenge, place.address, scope, identity.identityToken);
        if (!form) return form.error();
        out = formCall(challenge.realm, *form);
    }
    out.maxBytes = kMostTokenBytes;
    return out;
}

Result<OciRegistry::Opening> OciRegistry::tokenFor(const OciChallenge& challenge,
                                                   const RegistryIdentity& identity, const OciPlace& place,
                                                   Timestamp now) const {
    const Result<Call> call = tokenCall(challenge, identity, place);
    if (!call) return call.error();
    const Credentials secrets = secretsOf(place);
    const Calls calls(exchange_, secrets, registryWords);
    const Result<HttpResponse> answer = calls.answerTo(*call);
    if (!answer) return answer.error();
    if (call->method == "POST" && (answer->status == 404 || answer->status == 405)) {
        // What the specification says of servers of tokens that know names and passwords alone.
        if (!identity.password.empty()) {
            return tokenFor(challenge, {identity.username, identity.password, ""}, place, now);
        }
        Error out = calls.refusal(*call, *answer);
        out.message += "; it takes no identity tokens: state OCI_USERNAME and OCI_PASSWORD";
        return out;
    }
    if (answer->status < 200 || answer->status > 299) return refusal(*call, *answer, place);
    const Result<nlohmann::json> body = readJson(answer->body);
    const std::string token =
        body ? api::textAt(*body, "token", api::textAt(*body, "access_token")) : std::string();
    const std::string where = challenge.realm.substr(0, challenge.realm.find('?'));
    if (token.empty() || token.size() > kLongestToken || !fitsHeader("token", token)) {
        return invalid(
            cat(call->method, " ", plainly(where), " answered without a token that could be used"));
    }
    const int64_t seconds =
        std::clamp<int64_t>(api::integerAt(*body, "expires_in", kTokenSeconds), 0, kLongestTokenSeconds);
    const Duration life = std::chrono::seconds(seconds);
    return Opening{challenge, cat("Bearer ", token), now + std::max(life - kTokenReserve, life / 2)};
}

}  // namespace serin::sources
