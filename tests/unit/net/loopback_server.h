#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace serin::net::testing {

// A certificate for TLS tests, with its key, in PEM.
struct TestCertificate {
    std::string certificate;
    std::string key;
};
// Self-signed, for one DNS name and 127.0.0.1 when `withAddress`; made anew each time.
TestCertificate makeCertificate(const std::string& dnsName, bool withAddress);
// An authority of one's own, and what it has signed.
TestCertificate makeAuthority(const std::string& name);
TestCertificate makeCertificate(const std::string& dnsName, bool withAddress,
                                const TestCertificate& authority);

// One accepted connection. Writes go out at once, as they are.
class Connection {
  public:
    Connection(int descriptor, ssl_st* tls) : descriptor_(descriptor), tls_(tls) {}
    // The next request, head and body; empty when the peer has closed.
    std::string readRequest();
    bool write(std::string_view bytes);
    // Blocks until the peer closes.
    void waitForClose();
    // Passes bytes between the peer (without TLS) and 127.0.0.1:port until one of them closes.
    void relayTo(int port);
    void respond(int status, const std::string& body, const std::string& headers = "");

  private:
    long receive(char* into, size_t size);
    int descriptor_;
    ssl_st* tls_;
    std::string pending_;
};

// An HTTP server of plain sockets on 127.0.0.1 whose behaviour is a function, run once for each connection on
// a thread of its own; the connection closes when it returns.
class LoopbackServer {
  public:
    using Behaviour = std::function<void(Connection&)>;
    explicit LoopbackServer(Behaviour behaviour);
    // With TLS. `clientCa`, one or more certificates in PEM: clients must have a certificate signed by one of
    // them; empty: they need none.
    LoopbackServer(Behaviour behaviour, const TestCertificate& own, const std::string& clientCa = "");
    ~LoopbackServer();

    int port() const { return port_; }
    std::string url(const std::string& scheme = "http") const;
    int connections() const { return connections_; }
    // Common name of the last client certificate.
    std::string clientName() const;
    std::string requestedServerName() const;

  private:
    void listenAndServe();
    void serve(int descriptor);

    Behaviour behaviour_;
    ssl_ctx_st* context_ = nullptr;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<int> connections_{0};
    mutable std::mutex mutex_;
    std::string clientName_;
    std::string serverName_;
    std::list<int> open_;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

// Answers every request on a connection with the function's answer, keeping the connection alive.
LoopbackServer::Behaviour answering(std::function<void(const std::string& request, Connection&)> answer);

}  // namespace serin::net::testing
