#include "net/form_poster.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "net/one_exchange.h"
#include "net/resolve.h"

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
                              size_t maxBytes, const Access& access) override {
        const auto end = std::chrono::steady_clock::now() + timeout;
        const Result<Place> place = placeOf(url);
        if (!place) return place.error();
        if (!place->tls && !access.authorization.empty()) {
            return invalid("credentials are not sent over plain HTTP");
        }
        const Result<std::vector<std::string>> addresses = resolve(place->host, kMostAddresses);
        if (!addresses) return addresses.error();
        Result<HttpResponse> answer = Error{ErrorCode::Unknown, "timed out resolving the name"};
        for (const std::string& address : *addresses) {
            const auto left = std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
            if (left <= Duration{0}) break;
            const Server server{place->host, address, place->port, place->authority,
                                place->tls ? &access : nullptr};
            answer = exchangeOnce(server, question(*place, form), left, maxBytes, log_);
            if (answer || answer.error().code != ErrorCode::Unavailable) break;
        }
        return answer;
    }

  private:
    static HttpRequest question(const Place& place, const std::string& form) {
        HttpRequest request;
        request.method = "POST";
        request.target = place.path;
        request.headers = {{"content-type", "application/x-www-form-urlencoded"},
                           {"accept", "application/json"}};
        request.body = form;
        return request;
    }

    Logger& log_;
};

}  // namespace

std::unique_ptr<FormPoster> makeFormPoster(Logger& log) {
    return std::make_unique<PlainFormPoster>(log);
}

}  // namespace serin::net
