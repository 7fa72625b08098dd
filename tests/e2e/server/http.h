#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tls.h"

// Just enough HTTP/1.1 over blocking sockets for a server and a client that tests can trust. Bodies have
// Content-Length or chunks without trailers; there is no name resolution, and TLS on the server's side alone.
namespace testserver {

struct Message {
    std::string start;                           // request or status line
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    std::string header(const std::string& name) const;
    bool wantsClose() const { return header("connection") == "close"; }
};

// A socket with what was read from it and not consumed yet. Closes the socket.
class Connection {
public:
    explicit Connection(int fd, std::unique_ptr<TlsSession> tls = nullptr) : fd_(fd), tls_(std::move(tls)) {}
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    enum class Read { Message, Closed, Failed, Stopped };

    // Waits for a whole message. `Closed`: the peer closed before its first byte. `stopFd` becoming readable ends
    // the wait for a first byte with `Stopped`; -1 for none.
    Read read(Message& message, std::chrono::milliseconds timeout, int stopFd = -1);
    bool write(const std::string& text);

private:
    bool more(std::chrono::milliseconds timeout);
    bool readChunks(Message& message, std::chrono::milliseconds timeout);

    int fd_;
    std::unique_ptr<TlsSession> tls_;
    std::string pending_;
};

// Connects to a dotted IPv4 address; -1 with errno on failure or after `timeout`.
int connectTo(const std::string& address, int port, std::chrono::milliseconds timeout);

struct Answer {
    int code = 200;
    std::string body;
    std::map<std::string, std::string> headers;
};

// Serves until `stop` is called: a thread a connection, keep-alive. After `stop` no connection is accepted, requests
// that were begun are answered with `Connection: close`, and idle connections are closed.
class Server {
public:
    using Handler = std::function<Answer(const std::string& method, const std::string& target, const Message& request)>;

    // `tls`: of those that serve over TLS; it outlives the server.
    Server(int port, Handler handler, const TlsServer* tls = nullptr);
    // Returns when every connection has ended, at most `grace` after `stop`.
    void run(std::chrono::milliseconds grace);
    // Safe from any thread.
    void stop();

private:
    void converse(int fd);

    Handler handler_;
    const TlsServer* tls_;
    int listener_ = -1;
    int stopFd_ = -1;
    std::atomic<bool> stopping_{false};
    std::atomic<int> open_{0};
};

}  // namespace testserver
