#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

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

// Who we are to a server that a spec names, and whom we take for it. Holds secrets: never log one. Nothing of
// it switches the verification of a certificate off.
struct Access {
    std::string authorization;  // value of the header, printable ASCII; empty: none is sent
    std::string authorities;    // certificates in PEM, instead of the system's authorities; empty: those
    std::string serverName;     // in the certificate, asked for by SNI and Host; empty: the host asked
    // What must not be repeated when the server does.
    std::vector<std::string> secrets;

    bool operator==(const Access&) const = default;
};

// What a GET says that it can read. Every answer says what it is, whatever was offered.
enum class Offer {
    Text,      // Prometheus' text formats
    Protobuf,  // its protobuf exposition rather than these: the only one that has native histograms
};

// GETs to pods. Safe to call from several threads at once.
class Fetcher {
  public:
    virtual ~Fetcher() = default;
    // GET http://host:port/path without keep-alive, or https:// with `https` where that is not null. Fails
    // with Unavailable (could not connect, or the certificate was refused: the message says why), Unknown
    // (time-out, broken) or Invalid (body over `maxBytes`, authorities that are no certificates). Any status
    // is a value. Redirects are not followed.
    virtual Result<HttpResponse> get(const std::string& host, int port, const std::string& path,
                                     Duration timeout, size_t maxBytes, const Access* https, Offer offer) = 0;
};

// Questions to HTTP servers that people name, asked as forms. Safe to call from several threads at once.
class FormPoster {
  public:
    virtual ~FormPoster() = default;
    // POSTs an application/x-www-form-urlencoded body to http(s)://host[:port]/path. Fails as Fetcher does;
    // Unavailable also where a name does not resolve, Invalid also where credentials would go over plain
    // HTTP. Any status is a value. Redirects are not followed. Blocks for as long as the system takes to
    // resolve the name, beyond `timeout` if need be.
    virtual Result<HttpResponse> post(const std::string& url, const std::string& form, Duration timeout,
                                      size_t maxBytes, const Access& access) = 0;
};

// One request to a server that a person named, by its whole URL. Safe to call from several threads at once.
class Exchange {
  public:
    virtual ~Exchange() = default;
    // `url` is http(s)://host[:port][/path][?query], percent-encoded; `request.target` is not looked at. A
    // redirect is an answer like any other: who follows one decides what goes along. Any status is a value.
    // Fails with Unavailable where nothing was sent (the message says why), Unknown for a time-out or a
    // broken connection, Invalid where a body has more than `maxBytes` or the URL is none, Stopped after a
    // stop request. Over https the Host header has no port. Over plain HTTP everything goes in the clear,
    // credentials too: who must not send them so does not.
    virtual Result<HttpResponse> send(const std::string& url, const HttpRequest& request,
                                      size_t maxBytes) = 0;
};

}  // namespace serin::net
