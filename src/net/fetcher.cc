#include "net/fetcher.h"

#include "base/text.h"
#include "net/connect_failure.h"
#include "net/http_client.h"

namespace serin::net {
namespace {

class PlainFetcher : public Fetcher {
  public:
    Result<HttpResponse> get(const std::string& host, int port, const std::string& path, Duration timeout,
                             size_t maxBytes) override {
        // cpprestsdk would read a host there.
        if (path.starts_with("//")) return invalid(cat("the path ", path, " begins with two slashes"));
        const bool bare = host.find(':') != std::string::npos && host.front() != '[';
        HttpClient::Options options;
        options.url = cat("http://", bare ? cat('[', host, ']') : host, ':', port);
        options.silence = timeout + std::chrono::seconds(1);
        Result<std::unique_ptr<HttpClient>> client = HttpClient::make(options);
        if (!client) return client.error();
        HttpRequest request;
        request.target = path;
        request.headers["accept"] =
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        const HttpClient::Limits limits{timeout, timeout, timeout, maxBytes};
        Result<HttpResponse> answer = (*client)->exchange(request, limits, nullptr, {});
        if (answer || answer.error().code != ErrorCode::Unavailable) return answer;
        return Error{ErrorCode::Unavailable,
                     cat("cannot connect to ", host, " port ", port, ": ", connectFailure(host, port))};
    }
};

}  // namespace

std::unique_ptr<Fetcher> makeFetcher() {
    return std::make_unique<PlainFetcher>();
}

}  // namespace serin::net
