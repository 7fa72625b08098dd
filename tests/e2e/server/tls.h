#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace testserver {

// What a socket carries once both sides have shaken hands. The socket is somebody else's.
class TlsSession {
public:
    explicit TlsSession(ssl_st* session) : session_(session) {}
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    // As recv() and send() do.
    ssize_t read(char* buffer, size_t size);
    ssize_t write(const char* text, size_t size);

private:
    ssl_st* session_;
};

// A server's certificate and key. Safe to use from several threads at once.
class TlsServer {
public:
    // Of files in PEM; ends the process with a message where they are none.
    TlsServer(const std::string& certificate, const std::string& key);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    // Shakes hands with who has connected; null where that comes to nothing, within ten seconds.
    std::unique_ptr<TlsSession> accept(int fd) const;

private:
    ssl_ctx_st* context_;
};

}  // namespace testserver
