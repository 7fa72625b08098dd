#include "net/web_exchange.h"

#include <chrono>

#include "net/place.h"

namespace serin::net {
namespace {

class WebExchange : public Exchange {
  public:
    WebExchange(const std::string& authorities, Logger& log) : log_(log) {
        access_.authorities = authorities;
    }

    Result<HttpResponse> send(const std::string& url, const HttpRequest& request, size_t maxBytes) override {
        const auto end = std::chrono::steady_clock::now() + request.timeout;
        const Result<Place> place = placeOf(url);
        if (!place) return place.error();
        HttpRequest asked = request;
        asked.target = place->path;
        asked.headers.erase("host");  // it is the URL's, and said by itself
        return exchangeAt(*place, asked, place->tls ? &access_ : nullptr, end, maxBytes, log_);
    }

  private:
    Access access_;
    Logger& log_;
};

}  // namespace

std::unique_ptr<Exchange> makeExchange(const std::string& authorities, Logger& log) {
    return std::make_unique<WebExchange>(authorities, log);
}

}  // namespace serin::net
