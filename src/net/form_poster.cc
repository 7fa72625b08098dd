#include "net/form_poster.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "net/connect_failure.h"
#include "net/http_client.h"
#include "net/resolve.h"
#include "net/tls.h"

namespace serin::net {
namespace {

constexpr size_t kMostAddresses = 3;

struct Place {
    bool tls = false;
    std::string authority;  // as written
    std::string host;       // without brackets
    int port = 0;
    std::string path;
};

Result<Place> placeOf(const std::string& url) {
    const bool tls = url.starts_with("https://");
    if (!tls && !url.starts_with("http://")) return invalid(cat("'", url, "' is not an http(s) URL"));
    Place out;
    out.tls = tls;
    const std::string rest = url.substr(tls ? 8 : 7);
    const size_t slash = std::min(rest.find('/'), rest.size());
    out.path = slash < rest.size() ? rest.substr(slash) : "/";
    // cpprestsdk would read a host there.
    if (out.path.starts_with("//")) return invalid(cat("the path ", out.path, " begins with two slashes"));
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
    if (out.host.empty() || out.port < 1 || out.port > 65535) return invalid(cat("'", url, "' is not a URL"));
    return out;
}

class PlainFormPoster : public FormPoster {
  public:
    explicit PlainFormPoster(Logger& log) : log_(log) {}

    Result<HttpResponse> post(const std::string& url, const std::string& form, Duration timeout,
                              size_t maxBytes) override {
        const auto end = std::chrono::steady_clock::now() + timeout;
        const Result<Place> place = placeOf(url);
        if (!place) return place.error();
        const Result<std::vector<std::string>> addresses = resolve(place->host, kMostAddresses);
        if (!addresses) return addresses.error();
        Result<HttpResponse> answer = Error{ErrorCode::Unknown, "timed out resolving the name"};
        for (const std::string& address : *addresses) {
            const auto left = std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
            if (left <= Duration{0}) break;
            answer = postTo(address, *place, form, left, maxBytes);
            if (answer || answer.error().code != ErrorCode::Unavailable) break;
        }
        return answer;
    }

  private:
    Result<HttpResponse> postTo(const std::string& address, const Place& place, const std::string& form,
                                Duration timeout, size_t maxBytes) const {
        auto tls = std::make_shared<Tls>(kube::ClusterConfig{}, log_);
        HttpClient::Options options;
        options.url = cat(place.tls ? "https://" : "http://", address, ':', place.port);
        // The name that a certificate is checked for has no port.
        options.hostHeader = place.tls ? place.host : place.authority;
        options.silence = timeout + std::chrono::seconds(1);
        options.prepareTls = [tls](ssl_ctx_st* context) { tls->prepare(context); };
        const Result<std::unique_ptr<HttpClient>> client = HttpClient::make(options);
        if (!client) return client.error();
        HttpRequest request;
        request.method = "POST";
        request.target = place.path;
        request.headers = {{"content-type", "application/x-www-form-urlencoded"},
                           {"accept", "application/json"}};
        request.body = form;
        const HttpClient::Limits limits{timeout, timeout, timeout, maxBytes};
        Result<HttpResponse> answer = (*client)->exchange(request, limits, nullptr, {});
        if (answer || answer.error().code != ErrorCode::Unavailable) return answer;
        const std::string refused = tls->lastFailure();
        const bool handshake = answer.error().message.find("handshake") != std::string::npos;
        const std::string numeric =
            address.starts_with('[') ? address.substr(1, address.size() - 2) : address;
        return Error{ErrorCode::Unavailable, cat("cannot connect to ", place.host, " port ", place.port, ": ",
                                                 !refused.empty() ? refused
                                                 : handshake      ? answer.error().message
                                                                  : connectFailure(numeric, place.port))};
    }

    Logger& log_;
};

}  // namespace

std::unique_ptr<FormPoster> makeFormPoster(Logger& log) {
    return std::make_unique<PlainFormPoster>(log);
}

}  // namespace serin::net
