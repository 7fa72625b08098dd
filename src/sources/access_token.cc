#include "sources/access_token.h"

#include <algorithm>

#include "base/text.h"
#include "sources/json_answer.h"
#include "sources/opening.h"
#include "sources/token_form.h"

namespace serin::sources {
namespace {

constexpr uint64_t kMostSeconds = 86'400;

}  // namespace

Result<Renewed<std::string>::Lent> askForToken(Exchange& exchange, const std::string& url, const Query& form,
                                               const Credentials& secrets, Timestamp now) {
    Credentials hidden = secretsIn(form);
    hidden.insert(secrets.begin(), secrets.end());
    const Calls calls(exchange, hidden, tokenWords);
    Call call = formCall(url, form);
    call.headers["accept"] = "application/json";
    const Result<HttpResponse> answer = calls.answerTo(call);
    if (!answer) return answer.error();
    if (answer->status != 200) {
        return tokenRefusal(calls.refusal(call, *answer), answer->status, passesByItself(*answer));
    }
    const auto body = readJson(answer->body);
    const std::string token = body ? api::textAt(*body, "access_token") : "";
    if (token.empty() || !fitsHeader("access_token", token)) {
        return invalid(cat("POST ", url, " answered 200 without a token"));
    }
    const uint64_t seconds = std::min(sizeAt(*body, "expires_in").value_or(0), kMostSeconds);
    return Renewed<std::string>::Lent{token, now + std::chrono::seconds(seconds)};
}

AccessToken::AccessToken(Exchange& exchange, std::string url, Form form, Credentials secrets)
    : token_([&exchange, url = std::move(url), form = std::move(form),
              secrets = std::move(secrets)](Timestamp now) -> Result<Renewed<std::string>::Lent> {
          const Result<Query> shown = form(now);
          if (!shown) return shown.error();
          return askForToken(exchange, url, *shown, secrets, now);
      }) {}

}  // namespace serin::sources
