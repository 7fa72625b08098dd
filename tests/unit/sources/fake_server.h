#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/source_uri.h"
#include "sources/store.h"

namespace serin::sources::testing {

// Answers by method and URL; whatever is not among them is a 404. Records what was asked.
class FakeServer : public Exchange {
  public:
    struct Asked {
        std::string what;  // "GET https://…"
        std::map<std::string, std::string> headers;
        std::string body;
    };

    Result<HttpResponse> send(const std::string& url, const HttpRequest& request, size_t maxBytes) override {
        const std::string what = request.method + " " + url;
        asked.push_back({what, request.headers, request.body});
        if (failure) return *failure;
        const auto found = answers.find(what);
        if (found == answers.end()) return HttpResponse{404, {}, "nothing here"};
        std::vector<HttpResponse>& left = found->second;
        HttpResponse out = left.front();
        if (left.size() > 1) left.erase(left.begin());
        if (out.body.size() > maxBytes) return invalid("the answer is larger than it may be");
        return out;
    }

    // One answer for ever, or after those that were set before.
    void set(const std::string& what, HttpResponse answer) { answers[what] = {std::move(answer)}; }
    void set(const std::string& what, const std::string& body) { set(what, HttpResponse{200, {}, body}); }
    void then(const std::string& what, HttpResponse answer) { answers[what].push_back(std::move(answer)); }

    std::map<std::string, std::vector<HttpResponse>> answers;
    std::optional<Error> failure;
    std::vector<Asked> asked;
};

inline api::ModelSource sourceOf(const std::string& uri, const std::string& endpoint = {}) {
    api::ModelSource out;
    out.uri = uri;
    out.reference = *api::parseSource(uri);
    out.endpoint = endpoint;
    return out;
}

}  // namespace serin::sources::testing
