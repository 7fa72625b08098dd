#include "runtime/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "base/http_head.h"
#include "base/text.h"
#include "runtime/thread_name.h"

namespace serin::runtime {
namespace {

constexpr auto kPatience = std::chrono::seconds(3);
constexpr int kStopCheck = 200;  // ms
constexpr size_t kLongestRequest = 8192;

class Socket {
  public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    ~Socket() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int get() const { return descriptor_; }
    int release() { return std::exchange(descriptor_, -1); }

  private:
    int descriptor_;
};

bool bindAll(int descriptor, int family, int port) {
    if (family == AF_INET6) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_addr = in6addr_any;
        address.sin6_port = htons(static_cast<uint16_t>(port));
        const int no = 0;
        ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
        return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = INADDR_ANY;
    address.sin_port = htons(static_cast<uint16_t>(port));
    return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Negative when the machine has no such family or the port is taken.
int listenOn(int family, int port) {
    Socket made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (made.get() < 0) return -1;
    const int yes = 1;
    ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (!bindAll(made.get(), family, port) || ::listen(made.get(), 64) != 0) return -1;
    return made.release();
}

int portOf(int descriptor) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
    // Both kinds have the port at the same place.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

// Up to the end of the headers; empty when that does not come.
std::string readHead(net::Channel& channel, net::SteadyTime deadline) {
    std::string head;
    char buffer[2048];
    while (head.size() < kLongestRequest) {
        const size_t got = channel.read(buffer, sizeof buffer, deadline);
        if (got == 0) return "";
        head.append(buffer, got);
        if (head.find("\r\n\r\n") != std::string::npos) return head;
    }
    return "";
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(int port, std::unique_ptr<net::Opening> opening,
                                                      Handler handler) {
    int listener = listenOn(AF_INET6, port);
    if (listener < 0) listener = listenOn(AF_INET, port);
    if (listener < 0) {
        return Error{ErrorCode::Unavailable, cat("cannot listen on port ", port, ": ", std::strerror(errno))};
    }
    return std::unique_ptr<HttpServer>(
        new HttpServer(listener, portOf(listener), std::move(opening), std::move(handler)));
}

HttpServer::HttpServer(int listener, int port, std::unique_ptr<net::Opening> opening, Handler handler)
    : listener_(listener), port_(port), opening_(std::move(opening)), handler_(std::move(handler)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

HttpServer::~HttpServer() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
}

void HttpServer::run(const std::stop_token& stop) {
    nameThisThread("http-server");
    while (!stop.stop_requested()) {
        pollfd waiting{listener_, POLLIN, 0};
        if (::poll(&waiting, 1, kStopCheck) <= 0) continue;
        const Socket connection(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (connection.get() >= 0) serve(connection.get());
    }
}

void HttpServer::serve(int connection) const {
    const net::SteadyTime deadline = std::chrono::steady_clock::now() + kPatience;
    const std::unique_ptr<net::Channel> channel = opening_->open(connection, deadline);
    if (!channel) return;
    const std::string head = readHead(*channel, deadline);
    if (head.empty()) return;
    const std::optional<HttpRequest> request = parseRequestHead(head);
    HttpResponse answer{400, {}, "not an HTTP request\n"};
    if (request) {
        answer = request->method == "GET" ? handler_(*request)
                                          : HttpResponse{405, {{"allow", "GET"}}, "only GET\n"};
    }
    channel->write(answerText(answer), std::chrono::steady_clock::now() + kPatience);
    channel->finish();
}

}  // namespace serin::runtime
