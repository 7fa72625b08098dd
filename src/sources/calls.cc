#include "sources/calls.h"

#include "base/text.h"
#include "sources/listing.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

constexpr int kMostRedirects = 5;
constexpr Duration kPatience = std::chrono::seconds(20);

bool isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// 408, 429 and 5xx but 501 (not implemented) say that it may be otherwise later.
ErrorCode codeOf(int status) {
    if (status == 401 || status == 403) return ErrorCode::Forbidden;
    if (status == 404 || status == 410) return ErrorCode::NotFound;
    if (status == 408 || status == 429 || (status >= 500 && status != 501)) return ErrorCode::Unavailable;
    return ErrorCode::Invalid;
}

}  // namespace

std::string headerOf(const HttpResponse& answer, const std::string& name) {
    const auto found = answer.headers.find(name);
    return found == answer.headers.end() ? "" : found->second;
}

std::string originOf(std::string_view url) {
    const size_t start = url.find("://");
    if (start == std::string_view::npos) return "";
    return lowerCase(url.substr(0, url.find_first_of("/?#", start + 3)));
}

bool isPlainUrl(std::string_view url) {
    const bool http = url.starts_with("https://") || url.starts_with("http://");
    if (!http || !isVisible(url) || url.find('#') != std::string_view::npos) return false;
    const std::string origin = originOf(url);
    return origin.size() > origin.find("://") + 3 && origin.find('@') == std::string::npos;
}

std::string resolved(const std::string& url, const std::string& reference) {
    if (reference.starts_with("http://") || reference.starts_with("https://")) return reference;
    const std::string origin = originOf(url);
    if (reference.starts_with("//")) return cat(url.substr(0, url.find(':') + 1), reference);
    if (reference.starts_with('/')) return cat(origin, reference);
    const std::string path = url.substr(0, url.find_first_of("?#"));
    if (reference.starts_with('?')) return cat(path, reference);
    const size_t slash = path.rfind('/');
    return cat(slash < origin.size() ? cat(origin, "/") : path.substr(0, slash + 1), reference);
}

Error Calls::inWords(const Call& call, ErrorCode code, std::string_view what) const {
    // A query may be long, and of a redirect it may open something. Hidden before it is cut: half of a token
    // is no longer known for one.
    const std::string url = withoutSecrets(call.url.substr(0, call.url.find('?')), credentials_);
    return Error{code, withoutSecrets(cat(call.method, " ", plainly(url), " ", what), credentials_)};
}

Error Calls::refusal(const Call& call, const HttpResponse& answer) const {
    const std::string words = plainly(withoutSecrets(words_(answer), credentials_));
    return inWords(call, codeOf(answer.status),
                   cat("answered ", answer.status, words.empty() ? "" : ": ", words));
}

Result<HttpResponse> Calls::answerTo(const Call& call) const {
    Call now = call;
    for (int redirects = 0;; ++redirects) {
        HttpRequest request;
        request.method = now.method;
        request.headers = now.headers;
        request.body = now.body;
        request.headers.try_emplace("accept-encoding", "identity");
        request.timeout = kPatience;
        const Result<HttpResponse> answer = exchange_.send(now.url, request, now.maxBytes);
        if (!answer) {
            const ErrorCode code = answer.error().code;
            return inWords(
                now, code == ErrorCode::Invalid ? code : ErrorCode::Unavailable,
                cat("did not answer: ", plainly(withoutSecrets(answer.error().message, credentials_))));
        }
        if (!call.follow || !isRedirect(answer->status)) return answer;
        const std::string location = headerOf(*answer, "location");
        if (location.empty() || redirects == kMostRedirects) {
            return inWords(now, ErrorCode::Invalid,
                           location.empty() ? "redirected to nowhere" : "redirected too often");
        }
        const std::string next = resolved(now.url, location);
        if (now.url.starts_with("https://") && !next.starts_with("https://")) {
            return inWords(now, ErrorCode::Invalid, "redirected from https to something else");
        }
        if (originOf(next) != originOf(now.url)) {
            now.headers.erase("authorization");
            now.headers.erase("x-amz-security-token");
        }
        now.url = next;
    }
}

Result<HttpResponse> Calls::ask(const Call& call) const {
    Result<HttpResponse> answer = answerTo(call);
    if (!answer || (answer->status >= 200 && answer->status < 300)) return answer;
    return refusal(call, *answer);
}

}  // namespace serin::sources
