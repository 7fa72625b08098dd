#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

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

// A server for probes, scrapes and hooks: one method only, one request a connection, three seconds for each
// to begin and ask, and three to take the answer. Four connections at a time, so that one of a client that
// hangs keeps nobody away; the others wait their turn. Listens on all addresses, IPv4 and IPv6.
class HttpServer {
  public:
    static constexpr int kConnections = 4;  // at a time

    // Called on the server's threads, one call at a time. Must not throw, and be quick: the others wait for
    // it.
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
    void serve(int connection);
    // `text` is the request as far as it was read.
    HttpResponse answer(const std::string& text, net::Channel& channel, net::SteadyTime deadline);
    HttpResponse handle(const HttpRequest& request);

    int listener_;
    int port_;
    std::unique_ptr<net::Opening> opening_;
    Handler handler_;
    Accepts accepts_;
    std::mutex handling_;
    std::vector<std::jthread> threads_;
};

}  // namespace serin::runtime
