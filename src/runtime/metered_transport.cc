#include "runtime/metered_transport.h"

#include <vector>

#include "base/text.h"

namespace serin::runtime {
namespace {

std::string verbOf(const HttpRequest& request, bool named) {
    if (request.method == "POST") return "create";
    if (request.method == "PUT") return "update";
    if (request.method == "PATCH") return "patch";
    if (request.method == "DELETE") return "delete";
    if (request.target.find("watch=1") != std::string::npos) return "watch";
    return named ? "get" : "list";
}

}  // namespace

RequestKind kindOf(const HttpRequest& request) {
    // /api/v1/… or /apis/GROUP/VERSION/…, then [namespaces/NAME/]RESOURCE[/NAME[/SUBRESOURCE]]
    std::vector<std::string> parts = split(request.target.substr(0, request.target.find('?')), '/');
    if (!parts.empty() && parts.front().empty()) parts.erase(parts.begin());
    size_t at = 0;
    if (!parts.empty() && parts[0] == "api") at = 2;
    if (!parts.empty() && parts[0] == "apis") at = 3;
    if (at == 0 || parts.size() <= at) return {verbOf(request, true), "other"};
    if (parts[at] == "namespaces" && parts.size() > at + 2) at += 2;
    std::string resource = parts[at];
    if (parts.size() > at + 2) resource += cat('/', parts[at + 2]);
    return {verbOf(request, parts.size() > at + 1), resource};
}

Result<HttpResponse> MeteredTransport::send(const HttpRequest& request, std::stop_token stop) {
    Result<HttpResponse> answer = inner_.send(request, std::move(stop));
    count_(kindOf(request), answer ? answer->status : 0);
    return answer;
}

Result<HttpResponse> MeteredTransport::stream(const HttpRequest& request,
                                              const std::function<bool(std::string_view)>& onChunk,
                                              std::stop_token stop) {
    Result<HttpResponse> answer = inner_.stream(request, onChunk, std::move(stop));
    count_(kindOf(request), answer ? answer->status : 0);
    return answer;
}

}  // namespace serin::runtime
