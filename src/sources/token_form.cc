#include "sources/token_form.h"

#include <algorithm>
#include <string_view>

#include "base/percent.h"
#include "base/text.h"
#include "sources/json_answer.h"

namespace serin::sources {
namespace {

constexpr size_t kMostBytes = size_t{64} << 10;
constexpr std::string_view kIssuerOutOfReach = "Error connecting to the given credential's issuer";

nlohmann::json bodyOf(const HttpResponse& answer) {
    return nlohmann::json::parse(isModest(answer.body) ? answer.body : "", nullptr, false);
}

}  // namespace

Call formCall(const std::string& url, const Query& form) {
    Call out;
    out.method = "POST";
    out.url = url;
    out.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    out.body = canonicalQuery(form);
    out.maxBytes = kMostBytes;
    out.follow = false;
    return out;
}

Credentials secretsIn(const Query& form) {
    Credentials out;
    for (const char* name : {"client_secret", "assertion", "client_assertion", "subject_token",
                             "refresh_token", "WebIdentityToken"}) {
        const auto found = form.find(name);
        if (found == form.end()) continue;
        out[name] = found->second;
        out[cat(name, ", encoded")] = percentEncode(found->second);
    }
    return out;
}

Error tokenRefusal(Error refusal, int status, bool passes) {
    if (status == 400) refusal.code = passes ? ErrorCode::Unavailable : ErrorCode::Forbidden;
    if (refusal.code == ErrorCode::NotFound) {
        refusal.code = ErrorCode::Invalid;
        refusal.message += "; state the address of a server that gives tokens";
    }
    return refusal;
}

bool passesByItself(const HttpResponse& answer) {
    const nlohmann::json body = bodyOf(answer);
    const std::string code = api::textAt(body, "error");
    return code == "temporarily_unavailable" || code == "server_error" ||
           api::textAt(body, "error_description").starts_with(kIssuerOutOfReach);
}

std::string tokenWords(const HttpResponse& answer) {
    const nlohmann::json body = bodyOf(answer);
    const std::string code = api::textAt(body, "error");
    std::string words = api::textAt(body, "error_description");
    words.resize(std::min(words.find_first_of("\r\n"), words.size()));
    return words.empty() || code.empty() ? cat(code, words) : cat(code, ": ", words);
}

}  // namespace serin::sources
