#include "sources/external_account.h"

#include "base/text.h"
#include "sources/google_identity.h"
#include "sources/json_answer.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

using nlohmann::json;

constexpr std::string_view kBefore = "/v1/projects/-/serviceAccounts/";
constexpr std::string_view kAfter = ":generateAccessToken";

Result<void> readImpersonation(const std::string& url, api::WorkloadIdentity& out) {
    if (url.empty()) return {};
    const size_t start = url.find(kBefore);
    if (start == std::string::npos || !url.ends_with(kAfter)) {
        return invalid(cat("has a service_account_impersonation_url that is not https://HOST", kBefore,
                           "ADDRESS", kAfter));
    }
    out.iamEndpoint = url.substr(0, start);
    const size_t email = start + kBefore.size();
    out.impersonated = url.substr(email, url.size() - kAfter.size() - email);
    return {};
}

Result<void> readSource(const json& source, ExternalAccount& out) {
    out.tokenFile = api::textAt(source, "file");
    if (out.tokenFile.empty() || api::find(source, "environment_id") != nullptr) {
        return invalid("has a credential_source without a file; a token is read from a file alone");
    }
    const json& format = api::objectAt(source, "format");
    const std::string type = api::textAt(format, "type", "text");
    if (type == "text") return {};
    out.tokenField = api::textAt(format, "subject_token_field_name");
    if (type == "json" && !out.tokenField.empty()) return {};
    return invalid(
        "has a credential_source.format that is neither text nor json with a subject_token_field_name");
}

}  // namespace

Result<ExternalAccount> readExternalAccount(const std::string& text) {
    const Result<json> read = readJson(text);
    if (!read) return invalid("is no JSON");
    const std::string type = api::textAt(*read, "type");
    if (type != "external_account") {
        return invalid(cat("is of the type '", plainly(type), "', and not external_account"));
    }
    const std::string subject = api::textAt(*read, "subject_token_type");
    if (subject != "urn:ietf:params:oauth:token-type:jwt" &&
        subject != "urn:ietf:params:oauth:token-type:id_token") {
        return invalid(cat("has the subject_token_type '", plainly(subject),
                           "'; the token of a service account is urn:ietf:params:oauth:token-type:jwt"));
    }
    ExternalAccount out;
    out.who.provider = api::textAt(*read, "audience");
    out.who.tokenEndpoint = api::textAt(*read, "token_url");
    if (out.who.tokenEndpoint.empty()) return invalid("has no token_url");
    const std::string url = api::textAt(*read, "service_account_impersonation_url");
    if (const Result<void> impersonated = readImpersonation(url, out.who); !impersonated) {
        return impersonated.error();
    }
    if (const Result<void> fault = googleFault(out.who); !fault) {
        return invalid(cat("cannot be used: ", fault.error().message));
    }
    if (const Result<void> source = readSource(api::objectAt(*read, "credential_source"), out); !source) {
        return source.error();
    }
    return out;
}

}  // namespace serin::sources
