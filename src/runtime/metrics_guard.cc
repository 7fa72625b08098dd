#include "runtime/metrics_guard.h"

#include <utility>

#include "base/http_head.h"
#include "base/text.h"
#include "kube/reviews.h"
#include "kube/status.h"

namespace serin::runtime {
namespace {

HttpResponse unauthenticated(const char* why) {
    return {401,
            {{"www-authenticate", "Bearer"}},
            cat(why, "; send the header Authorization: Bearer TOKEN with a token of this cluster\n")};
}

HttpResponse forbidden(const std::string& user, const std::string& path) {
    return {403,
            {},
            cat('"', user, "\" may not get the path ", path,
                "; bind a ClusterRole to it that allows this nonResourceURL, such as the chart's …-",
                path == "/metrics" ? "metrics" : "recordings", "-reader\n")};
}

}  // namespace

std::optional<HttpResponse> MetricsGuard::refusal(const HttpRequest& request) {
    const std::string token = bearerToken(request);
    if (token.empty()) return unauthenticated("there is no bearer token");
    const std::string path = pathOf(request);
    std::optional<Access> access = memory_.recall(token, path, clock_.sinceBoot());
    if (!access) {
        if (!memory_.mayAsk(clock_.sinceBoot()))
            return HttpResponse{503, {{"retry-after", "1"}}, "too many unknown tokens; try again\n"};
        access = review(token, path);
    }
    if (!access) return HttpResponse{503, {}, "the API server does not say who you are; see Serin's log\n"};
    switch (access->answer) {
        case Access::Answer::Allowed:
            return std::nullopt;
        case Access::Answer::Forbidden:
            return forbidden(access->user, path);
        case Access::Answer::Unauthenticated:
            break;
    }
    return unauthenticated("the bearer token is not valid");
}

std::optional<Access> MetricsGuard::review(const std::string& token, const std::string& path) {
    Result<Access> said = ask(token, path);
    std::string trouble = said ? "" : said.error().message;
    if (!trouble.empty() && trouble != trouble_)
        log_.warning("cannot find out who may read the metrics port, so nobody may", {{"error", trouble}});
    trouble_ = std::move(trouble);
    if (!said) return std::nullopt;
    memory_.remember(token, path, *said, clock_.sinceBoot());
    return *said;
}

Result<Access> MetricsGuard::ask(const std::string& token, const std::string& path) {
    const auto tokenAnswer =
        kube::expectSuccess("TokenReview", transport_.send(kube::tokenReview(requests_, token), stop_));
    if (!tokenAnswer) return tokenAnswer.error();
    const Result<std::optional<kube::User>> user = kube::reviewedUser(tokenAnswer->body);
    if (!user) return user.error();
    if (!*user) return Access{Access::Answer::Unauthenticated, ""};
    const auto accessAnswer = kube::expectSuccess(
        "SubjectAccessReview", transport_.send(kube::accessReview(requests_, **user, "get", path), stop_));
    if (!accessAnswer) return accessAnswer.error();
    const Result<bool> allowed = kube::reviewedAccess(accessAnswer->body);
    if (!allowed) return allowed.error();
    return Access{*allowed ? Access::Answer::Allowed : Access::Answer::Forbidden, (*user)->name};
}

}  // namespace serin::runtime
