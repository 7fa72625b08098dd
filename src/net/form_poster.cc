#include "net/form_poster.h"

#include <chrono>

#include "net/place.h"

namespace serin::net {
namespace {

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
        return exchangeAt(*place, question(*place, form), place->tls ? &access : nullptr, end, maxBytes,
                          log_);
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
