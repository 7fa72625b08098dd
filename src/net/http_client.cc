#include "net/http_client.h"

#include <cpprest/http_client.h>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "base/text.h"
#include "net/keep_alive.h"

namespace serin::net {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// The end of a task of cpprestsdk, to be waited for with a limit and a stop token. Shared with the task's
// continuation, so that a waiter may leave before the task ends.
template <typename T>
struct Ending {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::optional<T> value;
    std::string failure;
    bool done = false;
};

template <typename T>
std::shared_ptr<Ending<T>> endingOf(const pplx::task<T>& task) {
    auto ending = std::make_shared<Ending<T>>();
    task.then([ending](const pplx::task<T>& finished) {
        std::optional<T> value;
        std::string failure;
        try {
            value = finished.get();
        } catch (const web::http::http_exception& error) {
            failure = cat(error.what(), " (", error.error_code().message(), ")");
        } catch (const std::exception& error) {
            failure = error.what();
        } catch (...) {
            failure = "cancelled";
        }
        const std::lock_guard lock(ending->mutex);
        ending->value = std::move(value);
        ending->failure = std::move(failure);
        ending->done = true;
        ending->changed.notify_all();
    });
    return ending;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// Failures before the first byte of the request was written: cpprestsdk tells them apart only by their texts.
ErrorCode codeOf(const std::string& failure) {
    for (const char* early : {"onnect to any", "resolving", "handshake", "in connecting", "proxy"}) {
        if (contains(failure, early)) return ErrorCode::Unavailable;
    }
    return ErrorCode::Unknown;
}

// False when it has not ended by then, and no stop was asked for.
template <typename T>
bool endsBy(const std::shared_ptr<Ending<T>>& ending, SteadyTime then, const std::stop_token& stop) {
    std::unique_lock lock(ending->mutex);
    return ending->changed.wait_until(lock, stop, then, [&] { return ending->done; }) ||
           stop.stop_requested();
}

template <typename T>
Result<T> await(const std::shared_ptr<Ending<T>>& ending, SteadyTime deadline, const std::stop_token& stop,
                const char* what) {
    std::unique_lock lock(ending->mutex);
    ending->changed.wait_until(lock, stop, deadline, [&] { return ending->done; });
    if (stop.stop_requested()) return Error{ErrorCode::Stopped, "stopped"};
    if (!ending->done) return Error{ErrorCode::Unknown, cat("timed out ", what)};
    if (!ending->value) return Error{codeOf(ending->failure), ending->failure};
    return std::move(*ending->value);
}

web::http::http_request translate(const HttpRequest& request, const std::string& hostHeader) {
    web::http::http_request out(request.method);
    out.set_request_uri(web::uri(request.target));
    if (!request.body.empty()) {
        const auto type = request.headers.find("content-type");
        out.set_body(request.body, type == request.headers.end() ? "application/json" : type->second);
    }
    for (const auto& [name, value] : request.headers) {
        if (name != "content-type") out.headers().add(name, value);
    }
    if (!hostHeader.empty()) out.headers().add("Host", hostHeader);
    return out;
}

HttpResponse head(const web::http::http_response& answer) {
    HttpResponse out;
    out.status = answer.status_code();
    for (const auto& [name, value] : answer.headers()) out.headers[lowerCase(name)] = value;
    return out;
}

}  // namespace

struct HttpClient::Impl {
    Impl(const web::uri& base, const web::http::client::http_client_config& config, std::string host)
        : client(base, config), hostHeader(std::move(host)) {}

    web::http::client::http_client client;
    std::string hostHeader;
};

namespace {

// The body as it comes: waits until one byte is there, then hands over what the buffer holds. (getn would
// wait for as many bytes as it is asked for.) Cancels the transfer when leaving early.
class Body {
  public:
    Body(const web::http::http_response& answer, const HttpClient::Limits& limits, SteadyTime end,
         std::stop_token stop)
        : buffer_(answer.body().streambuf()), limits_(limits), end_(end), stop_(std::move(stop)) {}

    // True at the end of the body or when `take` had enough.
    // With a `tick`, `take` is called without bytes as each of them passes in silence.
    Result<bool> readTo(const HttpClient::OnChunk& take, Duration tick) {
        while (true) {
            SteadyTime now = std::chrono::steady_clock::now();
            const SteadyTime deadline = std::min(end_, now + limits_.silence);
            const auto ending = endingOf(buffer_.getc());
            while (tick.count() > 0 && now < deadline &&
                   !endsBy(ending, std::min(deadline, now + tick), stop_)) {
                if (!take({})) return false;
                now = std::chrono::steady_clock::now();
            }
            const auto next = await(ending, deadline, stop_, "reading the answer");
            if (!next) return Error{bodyCode(next.error().code), next.error().message};
            if (*next == concurrency::streams::streambuf<std::uint8_t>::traits::eof()) return true;
            std::uint8_t* bytes = nullptr;
            size_t count = 0;
            if (!buffer_.acquire(bytes, count) || count == 0) return true;
            const bool more = take({reinterpret_cast<const char*>(bytes), count});
            buffer_.release(bytes, count);
            if (!more) return false;
        }
    }

  private:
    // Once the answer has begun nothing can have been "not sent".
    static ErrorCode bodyCode(ErrorCode code) {
        return code == ErrorCode::Unavailable ? ErrorCode::Unknown : code;
    }

    concurrency::streams::streambuf<std::uint8_t> buffer_;
    const HttpClient::Limits& limits_;
    SteadyTime end_;
    std::stop_token stop_;
};

// Reads the body into `out` or through `onChunk`. An error or false: the transfer must be cancelled.
Result<bool> readBody(Body& body, HttpResponse& out, size_t maxBytes, const HttpClient::OnChunk& onChunk,
                      Duration tick) {
    if (onChunk && out.status >= 200 && out.status < 300) return body.readTo(onChunk, tick);
    bool tooLarge = false;
    const auto collect = [&](std::string_view bytes) {
        tooLarge = out.body.size() + bytes.size() > maxBytes;
        if (!tooLarge) out.body += bytes;
        return !tooLarge;
    };
    const auto done = body.readTo(collect, Duration{0});
    if (tooLarge) return invalid(cat("the answer is larger than ", maxBytes, " bytes"));
    return done;
}

using Socket = boost::asio::ip::tcp::socket;

// cpprestsdk shows a connection before each request on it, at first before it is connected. (Through a proxy
// the first request of a TLS connection shows the socket, a later one the TLS stream, with nothing to tell
// them apart: there nothing can be set.)
void watchTlsPeer(web::http::client::native_handle handle) {
    auto& stream = *static_cast<boost::asio::ssl::stream<Socket&>*>(handle);
    Socket& socket = stream.next_layer();
    if (socket.is_open()) return;
    keepTcpAliveFromHandshake(stream.native_handle(), &socket,
                              [](void* open) { return static_cast<Socket*>(open)->native_handle(); });
}

void watchPlainPeer(web::http::client::native_handle handle) {
    Socket& socket = *static_cast<Socket*>(handle);
    if (socket.is_open()) keepTcpAlive(socket.native_handle());
}

// Throws std::exception when the URL is malformed.
web::web_proxy proxyOf(const std::string& url) {
    const web::uri whole(url);
    web::uri_builder address;
    address.set_scheme(whole.scheme()).set_host(whole.host()).set_port(whole.port() > 0 ? whole.port() : 80);
    web::web_proxy proxy(address.to_uri());
    const std::string& who = whole.user_info();
    const size_t colon = who.find(':');
    if (!who.empty()) {
        proxy.set_credentials({web::uri::decode(who.substr(0, colon)),
                               colon == std::string::npos ? "" : web::uri::decode(who.substr(colon + 1))});
    }
    return proxy;
}

}  // namespace

Result<std::unique_ptr<HttpClient>> HttpClient::make(const Options& options) {
    try {
        web::http::client::http_client_config config;
        config.set_timeout(options.silence);
        config.set_max_redirects(0);
        config.set_validate_certificates(options.verifyServer);
        config.set_ssl_context_callback([prepare = options.prepareTls](boost::asio::ssl::context& context) {
            if (prepare) prepare(context.native_handle());
        });
        if (options.proxy.empty()) {
            config.set_nativehandle_options(options.url.starts_with("https://") ? watchTlsPeer
                                                                                : watchPlainPeer);
        } else {
            config.set_proxy(proxyOf(options.proxy));
        }
        auto impl = std::make_unique<Impl>(web::uri(options.url), config, options.hostHeader);
        return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
    } catch (const std::exception& error) {
        // A proxy's URL may hold a password.
        const std::string proxy = options.proxy.empty() ? "" : ", or its proxy's URL is not";
        return invalid(cat("'", options.url, "' is not a usable URL", proxy, ": ", error.what()));
    }
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::exchange(const HttpRequest& request, const Limits& limits,
                                          const OnChunk& onChunk, const std::stop_token& stop) {
    if (stop.stop_requested()) return Error{ErrorCode::Stopped, "stopped"};
    pplx::cancellation_token_source cancel;
    try {
        const auto start = std::chrono::steady_clock::now();
        const SteadyTime end = limits.whole.count() > 0 ? start + limits.whole : SteadyTime::max();
        auto task = impl_->client.request(translate(request, impl_->hostHeader), cancel.get_token());
        const auto answer =
            await(endingOf(task), std::min(end, start + limits.headers), stop, "waiting for an answer");
        if (!answer) {
            cancel.cancel();
            return answer.error();
        }
        HttpResponse out = head(*answer);
        Body body(*answer, limits, end, stop);
        const auto done = readBody(body, out, limits.maxBytes, onChunk, request.tick);
        if (!done || !*done) cancel.cancel();
        if (!done) return done.error();
        return out;
    } catch (const std::exception& error) {
        cancel.cancel();
        return Error{ErrorCode::Unknown, error.what()};
    }
}

}  // namespace serin::net
