#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/http.h"
#include "base/result.h"
#include "net/channel.h"

namespace serin::runtime {

// What a server takes. Other methods get 405. A body must state its length; a longer one than this gets 413,
// and of a GET none is read.
struct Accepts {
    std::string method = "GET";
    size_t mostBody = 0;  // bytes
};

// A server for probes, scrapes and hooks: one method only, one request a connection, one connection after the
// other, three seconds for each to begin and ask, and three to take the answer. Listens on all addresses,
// IPv4 and IPv6.
class HttpServer {
  public:
    // Called on the server's thread. Must not throw, and be quick: the next connection waits for it.
    using Handler = std::function<HttpResponse(const HttpRequest&)>;

    // Fails when the port cannot be listened on; 0 chooses a free one.
    static Result<std::unique_ptr<HttpServer>> start(int port, std::unique_ptr<net::Opening> opening,
                                                     Handler handler, Accepts accepts = {});
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    int port() const { return port_; }

  private:
    HttpServer(int listener, int port, std::unique_ptr<net::Opening> opening, Handler handler,
               Accepts accepts);
    void run(const std::stop_token& stop);
    void serve(int connection) const;
    // `text` is the request as far as it was read.
    HttpResponse answer(const std::string& text, net::Channel& channel, net::SteadyTime deadline) const;

    int listener_;
    int port_;
    std::unique_ptr<net::Opening> opening_;
    Handler handler_;
    Accepts accepts_;
    std::jthread thread_;
};

}  // namespace serin::runtime
