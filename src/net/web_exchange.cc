#include "net/web_exchange.h"

#include <chrono>
#include <utility>

#include "net/place.h"

namespace serin::net {
namespace {

class WebExchange : public Exchange {
  public:
    WebExchange(const std::string& authorities, Logger& log, std::stop_token stop)
        : log_(log), stop_(std::move(stop)) {
        access_.authorities = authorities;
    }

    Result<HttpResponse> send(const std::string& url, const HttpRequest& request, size_t maxBytes) override {
        const auto end = std::chrono::steady_clock::now() + request.timeout;
        const Result<Place> place = placeOf(url);
        if (!place) return place.error();
        HttpRequest asked = request;
        asked.target = place->path;
        asked.headers.erase("host");  // it is the URL's, and said by itself
        return exchangeAt(*place, asked, place->tls ? &access_ : nullptr, end, maxBytes, log_, stop_);
    }

  private:
    Access access_;
    Logger& log_;
    std::stop_token stop_;
};

}  // namespace

std::unique_ptr<Exchange> makeExchange(const std::string& authorities, Logger& log, std::stop_token stop) {
    return std::make_unique<WebExchange>(authorities, log, std::move(stop));
}

}  // namespace serin::net
