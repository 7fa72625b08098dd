#include "sources/google_identity.h"

#include "base/text.h"
#include "sources/access_token.h"
#include "sources/calls.h"
#include "sources/cloud_identity.h"
#include "sources/gcs_answers.h"
#include "sources/google_key.h"
#include "sources/json_answer.h"
#include "sources/listing.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

using Lent = Renewed<std::string>::Lent;

constexpr const char* kTokenUrl = "https://sts.googleapis.com/v1/token";
constexpr const char* kTokenPath = "/v1/token";
constexpr const char* kLastOfPath = "/token";
constexpr const char* kIam = "https://iamcredentials.googleapis.com";
constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr const char* kAccessToken = "urn:ietf:params:oauth:token-type:access_token";
constexpr const char* kJwt = "urn:ietf:params:oauth:token-type:jwt";
// Of a token that can do nothing but ask for a service account's.
constexpr const char* kIamScope = "https://www.googleapis.com/auth/iam";
constexpr size_t kMostBytes = size_t{64} << 10;

std::string tokenUrl(const api::WorkloadIdentity& who) {
    if (who.tokenEndpoint.empty()) return kTokenUrl;
    std::string out = withoutTrailing(who.tokenEndpoint, '/');
    // A file of Google's has the whole address, of an older version of the service too.
    return out.ends_with(kLastOfPath) ? out : cat(out, kTokenPath);
}

Call impersonation(const api::WorkloadIdentity& who, const std::string& token) {
    const std::string server = who.iamEndpoint.empty() ? kIam : withoutTrailing(who.iamEndpoint, '/');
    Call out;
    out.method = "POST";
    out.url = cat(server, "/v1/projects/-/serviceAccounts/", who.impersonated, ":generateAccessToken");
    out.headers = {{"authorization", cat("Bearer ", token)},
                   {"content-type", "application/json"},
                   {"accept", "application/json"}};
    out.body = cat(R"({"lifetime":"3600s","scope":[")", kStorageScope, R"("]})");
    out.maxBytes = kMostBytes;
    out.follow = false;  // what is sent is for this server alone
    return out;
}

Result<Lent> impersonate(const api::WorkloadIdentity& who, const std::string& token, Exchange& exchange) {
    const Credentials secrets{{"token", token}};
    const Calls calls(exchange, secrets, gcsWords);
    const Call call = impersonation(who, token);
    const Result<HttpResponse> answer = calls.ask(call);
    if (!answer) {
        Error out = answer.error();
        // Of the service account, or of the server's address, and not of a model.
        if (out.code == ErrorCode::NotFound) out.code = ErrorCode::Invalid;
        return out;
    }
    Result<Lent> made = readGeneratedToken(answer->body);
    if (made) return made;
    return invalid(cat("POST ", call.url, " answered ", answer->status, ": ", made.error().message));
}

Result<Lent> exchanged(const CloudIdentity& identity, Exchange& exchange, Timestamp now) {
    const api::WorkloadIdentity& who = identity.who;
    const Result<std::string> subject = identity.token();
    if (!subject) return subject.error();
    const Query form{{"grant_type", kGrant},
                     {"audience", who.provider},
                     {"scope", who.impersonated.empty() ? kStorageScope : kIamScope},
                     {"requested_token_type", kAccessToken},
                     {"subject_token", *subject},
                     {"subject_token_type", kJwt}};
    Result<Lent> token = askForToken(exchange, tokenUrl(who), form, {}, now);
    if (!token || who.impersonated.empty()) return token;
    return impersonate(who, token->what, exchange);
}

}  // namespace

GoogleIdentity::GoogleIdentity(const CloudIdentity& identity, Exchange& exchange)
    : token_([identity, &exchange](Timestamp now) { return exchanged(identity, exchange, now); }) {}

Result<Lent> readGeneratedToken(std::string_view body) {
    const Result<nlohmann::json> read = readJson(body);
    if (!read) return read.error();
    const std::string token = api::textAt(*read, "accessToken");
    const auto end = api::timeAt(*read, "expireTime");
    if (token.empty() || !fitsHeader("accessToken", token)) return invalid("its answer has no accessToken");
    if (!end) return invalid("its answer does not say when its token ends (expireTime)");
    return Lent{token, *end};
}

Result<void> googleFault(const api::WorkloadIdentity& who) {
    const bool provider = who.provider.starts_with("//") || who.provider.starts_with("identitynamespace:");
    if (!provider || !isVisible(who.provider)) {
        return invalid(cat("the identity's provider is \"", plainly(who.provider),
                           "\"; state it as //iam.googleapis.com/projects/NUMBER/locations/global/"
                           "workloadIdentityPools/POOL/providers/PROVIDER"));
    }
    const bool email = who.impersonated.find('@') != std::string::npos && isVisible(who.impersonated) &&
                       who.impersonated.find_first_of("/?#%\\") == std::string::npos;
    if (!who.impersonated.empty() && !email) {
        return invalid(cat("the identity's service account of Google's is \"", plainly(who.impersonated),
                           "\"; state its address, such as models@PROJECT.iam.gserviceaccount.com"));
    }
    if (const Result<void> url = endpointFault("tokenEndpoint", who.tokenEndpoint); !url) return url;
    return endpointFault("iamEndpoint", who.iamEndpoint);
}

}  // namespace serin::sources
