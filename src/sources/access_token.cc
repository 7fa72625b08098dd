#include "sources/access_token.h"

#include <algorithm>

#include "base/text.h"
#include "sources/calls.h"
#include "sources/json_answer.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

constexpr size_t kMostBytes = size_t{64} << 10;
constexpr Duration kBefore = std::chrono::minutes(5);
constexpr uint64_t kMostSeconds = 86'400;

// RFC 6749, section 5.2.
std::string tokenWords(const HttpResponse& answer) {
    const nlohmann::json body =
        nlohmann::json::parse(isModest(answer.body) ? answer.body : "", nullptr, false);
    const std::string code = api::textAt(body, "error");
    std::string words = api::textAt(body, "error_description");
    words.resize(std::min(words.find_first_of("\r\n"), words.size()));
    return words.empty() || code.empty() ? cat(code, words) : cat(code, ": ", words);
}

}  // namespace

Result<std::string> AccessToken::at(Timestamp now) {
    const std::scoped_lock lock(mutex_);
    if (!token_.empty() && now < until_) return token_;
    const Result<std::string> form = form_(now);
    if (!form) return form.error();
    // The server may repeat what it was shown, as it came.
    Credentials secrets = secrets_;
    for (const std::string& pair : split(*form, '&')) {
        for (const std::string_view name : {"client_secret=", "assertion="}) {
            if (pair.starts_with(name)) secrets[std::string(name)] = pair.substr(name.size());
        }
    }
    const Calls calls(exchange_, secrets, tokenWords);
    Call call;
    call.method = "POST";
    call.url = url_;
    call.headers = {{"content-type", "application/x-www-form-urlencoded"}, {"accept", "application/json"}};
    call.body = *form;
    call.maxBytes = kMostBytes;
    call.follow = false;  // what is sent is for this server alone
    const Result<HttpResponse> answer = calls.answerTo(call);
    if (!answer) return answer.error();
    if (answer->status != 200) {
        Error out = calls.refusal(call, *answer);
        if (answer->status == 400) out.code = ErrorCode::Forbidden;
        return out;
    }
    const auto body = readJson(answer->body);
    const std::string token = body ? api::textAt(*body, "access_token") : "";
    if (token.empty() || !fitsHeader("access_token", token)) {
        return invalid(cat("POST ", url_, " answered 200 without a token"));
    }
    const uint64_t seconds = std::min(sizeAt(*body, "expires_in").value_or(0), kMostSeconds);
    token_ = token;
    until_ = now + std::chrono::seconds(seconds) - kBefore;
    return token_;
}

}  // namespace serin::sources
