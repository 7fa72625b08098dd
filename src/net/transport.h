#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"

namespace serin::net {

// The seam between Serin and sockets: tests and simulations replace it, nothing above includes cpprestsdk.
// All members are safe to call from several threads at once.
class Transport {
  public:
    virtual ~Transport() = default;

    // One request, its whole answer. An answer of any status is a value; an Error means no usable answer:
    // Unavailable when nothing was sent, Unknown when it may have been processed (time-out, broken
    // connection), Stopped after a stop request.
    virtual Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop = {}) = 0;

    // A streamed answer. `onChunk` gets the body's bytes as they come, on the calling thread, and no bytes
    // after each silence of `request.tick`; it returns false to end the stream. Returns the status and
    // headers when the stream ended cleanly (body empty for 2xx, the whole body for other statuses, for which
    // onChunk is never called). `request.timeout` limits silence.
    virtual Result<HttpResponse> stream(const HttpRequest& request,
                                        const std::function<bool(std::string_view)>& onChunk,
                                        std::stop_token stop) = 0;
};

// Plain HTTP GETs to pods. Safe to call from several threads at once.
class Fetcher {
  public:
    virtual ~Fetcher() = default;
    // GET http://host:port/path without keep-alive. Fails with Unavailable (could not connect: message says
    // why), Unknown (time-out, broken) or Invalid (body over `maxBytes`). Any status is a value. Redirects
    // are not followed.
    virtual Result<HttpResponse> get(const std::string& host, int port, const std::string& path,
                                     Duration timeout, size_t maxBytes) = 0;
};

// Questions to HTTP servers that people name, asked as forms. Safe to call from several threads at once.
class FormPoster {
  public:
    virtual ~FormPoster() = default;
    // POSTs an application/x-www-form-urlencoded body to http(s)://host[:port]/path. Fails as Fetcher does;
    // Unavailable also where a name does not resolve or a certificate is refused. Any status is a value.
    // Redirects are not followed. Blocks for as long as the system takes to resolve the name, beyond
    // `timeout` if need be.
    virtual Result<HttpResponse> post(const std::string& url, const std::string& form, Duration timeout,
                                      size_t maxBytes) = 0;
};

}  // namespace serin::net
