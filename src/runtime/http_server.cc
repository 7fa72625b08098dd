#include "runtime/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "runtime/thread_name.h"

namespace serin::runtime {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto kWhole = std::chrono::seconds(3);
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

bool await(int descriptor, short what, SteadyTime deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{descriptor, what, 0};
    return ::poll(&waiting, 1, static_cast<int>(left.count())) > 0;
}

// Up to the end of the headers; nothing but the first line matters.
std::string readRequest(int connection, SteadyTime deadline) {
    std::string request;
    char buffer[2048];
    while (request.find("\r\n\r\n") == std::string::npos && request.size() < kLongestRequest) {
        if (!await(connection, POLLIN, deadline)) return "";
        const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
        if (got <= 0) return "";
        request.append(buffer, static_cast<size_t>(got));
    }
    return request;
}

void writeAll(int connection, std::string_view bytes, SteadyTime deadline) {
    while (!bytes.empty() && await(connection, POLLOUT, deadline)) {
        const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return;
        if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
    }
}

const char* phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        default:
            return "Service Unavailable";
    }
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(int port, Handler handler) {
    int listener = listenOn(AF_INET6, port);
    if (listener < 0) listener = listenOn(AF_INET, port);
    if (listener < 0) {
        return Error{ErrorCode::Unavailable, cat("cannot listen on port ", port, ": ", std::strerror(errno))};
    }
    return std::unique_ptr<HttpServer>(new HttpServer(listener, portOf(listener), std::move(handler)));
}

HttpServer::HttpServer(int listener, int port, Handler handler)
    : listener_(listener), port_(port), handler_(std::move(handler)) {
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
    const SteadyTime deadline = std::chrono::steady_clock::now() + kWhole;
    const std::string request = readRequest(connection, deadline);
    if (request.empty()) return;
    const std::vector<std::string> words = split(request.substr(0, request.find("\r\n")), ' ');
    Answer answer{405, "only GET\n"};
    if (words.size() == 3 && words[0] == "GET") answer = handler_(words[1].substr(0, words[1].find('?')));
    const std::string head =
        cat("HTTP/1.1 ", answer.status, ' ', phrase(answer.status), "\r\nContent-Type: ", answer.contentType,
            "\r\nContent-Length: ", answer.body.size(), "\r\nConnection: close\r\n\r\n");
    writeAll(connection, head + answer.body, deadline);
    ::shutdown(connection, SHUT_WR);
}

}  // namespace serin::runtime
