#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sources/store.h"

namespace serin::sources {

// Bytes of one answer to a question, such as a page of a listing.
inline constexpr size_t kMostAnswerBytes = size_t{16} << 20;

// What is asked or told of a store. What changes something there follows no redirect.
struct Call {
    std::string method = "GET";
    std::string url;
    std::map<std::string, std::string> headers;  // may hold secrets
    size_t maxBytes = kMostAnswerBytes;
    bool follow = true;  // redirects
    std::string body{};  // of a POST; may hold secrets
};

// The calls of one store: each answer is a 2xx, or an Error in words ("GET http://mlflow:5000/… answered 404:
// …") with a code of Store's. Redirects are followed, five at most, never from https to http; to another
// host without the headers authorization and x-amz-security-token. The exchange and the credentials outlive
// it.
class Calls {
  public:
    // What a store's server says in the body or the headers of an answer that is not a 2xx; may be empty.
    using Words = std::string (*)(const HttpResponse&);

    Calls(Exchange& exchange, const Credentials& credentials, Words words)
        : exchange_(exchange), credentials_(credentials), words_(words) {}

    Result<HttpResponse> ask(const Call& call) const;
    // The answer whatever its status is, after redirects.
    Result<HttpResponse> answerTo(const Call& call) const;
    // The Error of an answer that is not a 2xx.
    Error refusal(const Call& call, const HttpResponse& answer) const;

  private:
    Error inWords(const Call& call, ErrorCode code, std::string_view what) const;

    Exchange& exchange_;
    const Credentials& credentials_;
    Words words_;
};

// A header's value; empty where there is none. Names are lower case.
std::string headerOf(const HttpResponse& answer, const std::string& name);

// Where a reference leads from a URL (RFC 3986, section 5.2, without dot segments): absolute, from the host's
// root, or beside the last part of the path.
std::string resolved(const std::string& url, const std::string& reference);

// "https://host:port" of a URL.
std::string originOf(std::string_view url);

// Whether it is http(s)://HOST…, of visible characters, without a user and a fragment.
bool isPlainUrl(std::string_view url);

}  // namespace serin::sources
