#include "net/place.h"

#include <algorithm>

#include "base/text.h"
#include "net/one_exchange.h"
#include "net/resolve.h"

namespace serin::net {
namespace {

constexpr size_t kMostAddresses = 3;

}  // namespace

Result<Place> placeOf(const std::string& url) {
    const bool tls = url.starts_with("https://");
    const std::string shown = url.substr(0, url.find('?'));
    if (!tls && !url.starts_with("http://")) return invalid(cat("'", shown, "' is not an http(s) URL"));
    Place out;
    out.tls = tls;
    const std::string rest = url.substr(tls ? 8 : 7);
    const size_t slash = std::min(rest.find_first_of("/?"), rest.size());
    out.path = rest.substr(slash);
    if (!out.path.starts_with('/')) out.path.insert(0, 1, '/');
    // cpprestsdk would read a host there.
    if (out.path.starts_with("//")) return invalid(cat("the path of '", shown, "' begins with two slashes"));
    out.authority = rest.substr(0, slash);
    const size_t bracket = out.authority.find(']');
    const size_t colon = out.authority.find(':', bracket == std::string::npos ? 0 : bracket);
    out.host = out.authority.substr(0, colon);
    if (out.host.starts_with('[') && out.host.ends_with(']')) {
        out.host = out.host.substr(1, out.host.size() - 2);
    }
    const std::string port = colon == std::string::npos ? "" : out.authority.substr(colon + 1);
    const bool digits = port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
    out.port = port.empty() ? (tls ? 443 : 80) : digits ? std::stoi(port) : 0;
    if (out.host.empty() || out.port < 1 || out.port > 65535)
        return invalid(cat("'", shown, "' is not a URL"));
    return out;
}

Result<HttpResponse> exchangeAt(const Place& place, const HttpRequest& request, const Access* https,
                                std::chrono::steady_clock::time_point end, size_t maxBytes, Logger& log,
                                const std::stop_token& stop) {
    const Result<std::vector<std::string>> addresses = resolve(place.host, kMostAddresses);
    if (!addresses) return addresses.error();
    Result<HttpResponse> answer = Error{ErrorCode::Unknown, "timed out resolving the name"};
    for (const std::string& address : *addresses) {
        const auto left = std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
        if (left <= Duration{0}) break;
        const Server server{place.host, address, place.port, place.authority, https};
        answer = exchangeOnce(server, request, left, maxBytes, log, stop);
        if (answer || answer.error().code != ErrorCode::Unavailable) break;
    }
    return answer;
}

}  // namespace serin::net
