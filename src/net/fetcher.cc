#include "net/fetcher.h"

#include "base/text.h"
#include "net/one_exchange.h"

namespace serin::net {
namespace {

constexpr const char* kText =
    "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
// As Prometheus asks for it (content negotiation in its documentation of the scrape protocols).
constexpr const char* kProtobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
    "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";

class PlainFetcher : public Fetcher {
  public:
    explicit PlainFetcher(Logger& log) : log_(log) {}

    Result<HttpResponse> get(const std::string& host, int port, const std::string& path, Duration timeout,
                             size_t maxBytes, const Access* https, Offer offer) override {
        // cpprestsdk would read a host there.
        if (path.starts_with("//")) return invalid(cat("the path ", path, " begins with two slashes"));
        const bool bracketed = host.starts_with('[') && host.ends_with(']');
        const std::string plain = bracketed ? host.substr(1, host.size() - 2) : host;
        const bool v6 = plain.find(':') != std::string::npos;
        const Server server{plain, v6 ? cat('[', plain, ']') : plain, port, "", https};
        HttpRequest request;
        request.target = path;
        request.headers["accept"] = offer == Offer::Protobuf ? kProtobuf : kText;
        return exchangeOnce(server, std::move(request), timeout, maxBytes, log_);
    }

  private:
    Logger& log_;
};

}  // namespace

std::unique_ptr<Fetcher> makeFetcher(Logger& log) {
    return std::make_unique<PlainFetcher>(log);
}

}  // namespace serin::net
