#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"

namespace serin::runtime {

// A server for probes and scrapes: GET only, one request a connection, one connection after the other, three
// seconds for each. Listens on all addresses, IPv4 and IPv6.
class HttpServer {
  public:
    struct Answer {
        int status = 200;
        std::string body;
        std::string contentType = "text/plain; charset=utf-8";
    };
    // Called on the server's thread with the path, without its query. Must not throw, must be quick.
    using Handler = std::function<Answer(const std::string& path)>;

    // Fails when the port cannot be listened on; 0 chooses a free one.
    static Result<std::unique_ptr<HttpServer>> start(int port, Handler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    int port() const { return port_; }

  private:
    HttpServer(int listener, int port, Handler handler);
    void run(const std::stop_token& stop);
    void serve(int connection) const;

    int listener_;
    int port_;
    Handler handler_;
    std::jthread thread_;
};

}  // namespace serin::runtime
