#include "sources/aws_role.h"

#include <algorithm>

#include "base/text.h"
#include "sources/amazon_hosts.h"
#include "sources/cloud_identity.h"
#include "sources/listing.h"
#include "sources/token_form.h"

namespace serin::sources {
namespace {

constexpr const char* kVersion = "2011-06-15";
constexpr const char* kFirstRegion = "us-east-1";
constexpr size_t kLongestSession = 64;
constexpr size_t kLongestRole = 2048;

// What CloudTrail shows beside the role: letters, digits and =,.@-_ (RoleSessionName of the API reference).
std::string sessionOf(const CloudIdentity& identity) {
    if (!identity.session.empty()) return identity.session;
    return withoutTrailing(cat("serin-", identity.who.serviceAccount), '-').substr(0, kLongestSession);
}

bool isSession(std::string_view text) {
    return text.size() >= 2 && text.size() <= kLongestSession && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      std::string_view("+=,.@-_").find(c) != std::string_view::npos;
           });
}

std::string regionOf(const CloudIdentity& identity) {
    if (!identity.who.region.empty()) return identity.who.region;
    const std::string named = regionIn(identity.who.tokenEndpoint);
    return named.empty() ? kFirstRegion : named;
}

std::string urlOf(const CloudIdentity& identity) {
    const std::string& stated = identity.who.tokenEndpoint;
    return cat(stated.empty() ? amazonUrl("sts", regionOf(identity)) : withoutTrailing(stated, '/'), "/");
}

Result<Renewed<TemporaryKeys>::Lent> assume(const CloudIdentity& identity, Exchange& exchange) {
    const Result<std::string> token = identity.token();
    if (!token) return token.error();
    const Query form{{"Action", "AssumeRoleWithWebIdentity"},
                     {"Version", kVersion},
                     {"RoleArn", identity.who.role},
                     {"RoleSessionName", sessionOf(identity)},
                     {"WebIdentityToken", *token}};
    const Credentials secrets = secretsIn(form);
    const Calls calls(exchange, secrets, stsWords);
    const Call call = formCall(urlOf(identity), form);
    const Result<HttpResponse> answer = calls.answerTo(call);
    if (!answer) return answer.error();
    if (answer->status != 200) {
        const std::string code = stsCode(answer->body);
        // "Common errors" and those of AssumeRoleWithWebIdentity: these two pass, though they are 400s.
        const bool passes = code == "IDPCommunicationError" || code.starts_with("Throttling");
        return tokenRefusal(calls.refusal(call, *answer), answer->status, passes);
    }
    const Result<TemporaryKeys> keys = readTemporaryKeys(answer->body);
    if (!keys) return invalid(cat("POST ", call.url, " answered 200: ", keys.error().message));
    return Renewed<TemporaryKeys>::Lent{*keys, keys->end};
}

}  // namespace

AwsRole::AwsRole(const CloudIdentity& identity, Exchange& exchange)
    : region_(regionOf(identity)),
      keys_([identity, &exchange](Timestamp) { return assume(identity, exchange); }) {}

Result<S3Identity> AwsRole::at(Timestamp now) {
    const Result<TemporaryKeys> keys = keys_.at(now);
    if (!keys) return keys.error();
    return S3Identity{keys->accessKey, keys->secretKey, keys->sessionToken, region_};
}

Result<void> awsFault(const CloudIdentity& identity) {
    const api::WorkloadIdentity& who = identity.who;
    const bool role = who.role.starts_with("arn:") && who.role.find(":role/") != std::string::npos &&
                      who.role.size() <= kLongestRole && isVisible(who.role);
    if (!role) {
        return invalid(cat("the identity's role is \"", plainly(who.role),
                           "\"; state its ARN, such as arn:aws:iam::123456789012:role/models"));
    }
    if (!who.region.empty() && !isRegion(who.region)) {
        return invalid(
            cat("the identity's region is \"", plainly(who.region), "\"; state one such as eu-west-1"));
    }
    if (const Result<void> url = endpointFault("tokenEndpoint", who.tokenEndpoint); !url) return url;
    if (isSession(sessionOf(identity))) return {};
    return invalid(cat("the name of the role's session is \"", plainly(sessionOf(identity)),
                       "\"; state 2 to 64 letters, digits and any of +=,.@-_ (AWS_ROLE_SESSION_NAME)"));
}

}  // namespace serin::sources
