// The input is a request's head, as whoever reaches the metrics or the health port sends it.
#include "base/http_head.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

bool harmless(std::string_view text) {
    return text.find_first_of("\r\n") == std::string_view::npos;
}

}  // namespace

void one(std::string_view input) {
    const auto request = parseRequestHead(input);
    if (!request) return;
    require(request->target.starts_with('/') && harmless(request->target),
            "the target is a path in one line");
    std::string again = cat(request->method, ' ', request->target, " HTTP/1.1\r\n");
    for (const auto& [name, value] : request->headers) {
        require(harmless(name) && harmless(value), "a header is one line");
        again += cat(name, ": ", value, "\r\n");
    }
    const auto second = parseRequestHead(again + "\r\n");
    require(second && second->method == request->method && second->target == request->target &&
                second->headers == request->headers,
            "what was read reads back as itself");
    const std::string token = bearerToken(*request);
    require(token.find_first_of(" \t\r\n") == std::string::npos, "a token is one word");
}

}  // namespace serin::fuzz
