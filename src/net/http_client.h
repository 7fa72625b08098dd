#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"

struct ssl_ctx_st;

namespace serin::net {

// One pool of HTTP/1.1 connections to one server, over cpprestsdk. Connections that are kept alive may have a
// request sent again silently when they close under it; who wants a connection of its own uses a client once
// (its end closes the connection; cpprestsdk says Keep-Alive whatever it is told). Thread-safe. Inside of net
// only.
class HttpClient {
  public:
    struct Options {
        std::string url;         // scheme://host:port[/path]
        std::string hostHeader;  // empty: the URL's. Also the name that TLS asks for and checks
        std::string proxy;       // "http://[user:password@]host:port"; empty: none
        Duration silence;        // cpprestsdk's own limit; the last resort after `Limits`
        bool verifyServer = true;
        std::function<void(ssl_ctx_st*)> prepareTls;  // for each new connection; must not throw
    };
    // Limits of one exchange.
    struct Limits {
        Duration headers;  // until the answer's status and headers are there
        Duration whole;    // until its end; zero: no such limit
        Duration silence;  // between two pieces of the body
        size_t maxBytes;   // of a body that is collected
    };
    // Pieces of the body of a 2xx answer, and no bytes after each HttpRequest::tick of silence; false ends
    // the exchange early, as a success.
    using OnChunk = std::function<bool(std::string_view)>;

    // Fails when the URL is malformed.
    static Result<std::unique_ptr<HttpClient>> make(const Options& options);
    ~HttpClient();

    // Without `onChunk` every body is collected; with it only those of other answers than 2xx. Errors as in
    // net::Transport; Invalid when a collected body is larger than maxBytes.
    Result<HttpResponse> exchange(const HttpRequest& request, const Limits& limits, const OnChunk& onChunk,
                                  const std::stop_token& stop);

  private:
    struct Impl;
    explicit HttpClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace serin::net
