#include "runtime/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
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

constexpr std::string_view kEndOfHead = "\r\n\r\n";

// To the end of the headers at least; empty when that does not come.
std::string readHead(net::Channel& channel, net::SteadyTime deadline) {
    std::string head;
    char buffer[2048];
    while (head.size() < kLongestRequest) {
        const size_t got = channel.read(buffer, sizeof buffer, deadline);
        if (got == 0) return "";
        head.append(buffer, got);
        if (head.find(kEndOfHead) != std::string::npos) return head;
    }
    return "";
}

// The length that a request states of its body; nothing where it states none that can be used.
std::optional<size_t> statedLength(const HttpRequest& request) {
    const auto found = request.headers.find("content-length");
    if (found == request.headers.end() || request.headers.contains("transfer-encoding")) return std::nullopt;
    const std::string& text = found->second;
    size_t length = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || stopped != text.data() + text.size()) return std::nullopt;
    return length;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(int port, std::unique_ptr<net::Opening> opening,
                                                      Handler handler, Accepts accepts) {
    int listener = listenOn(AF_INET6, port);
    if (listener < 0) listener = listenOn(AF_INET, port);
    if (listener < 0) {
        return Error{ErrorCode::Unavailable, cat("cannot listen on port ", port, ": ", std::strerror(errno))};
    }
    return std::unique_ptr<HttpServer>(new HttpServer(listener, portOf(listener), std::move(opening),
                                                      std::move(handler), std::move(accepts)));
}

HttpServer::HttpServer(int listener, int port, std::unique_ptr<net::Opening> opening, Handler handler,
                       Accepts accepts)
    : listener_(listener),
      port_(port),
      opening_(std::move(opening)),
      handler_(std::move(handler)),
      accepts_(std::move(accepts)) {
    threads_.reserve(kConnections);
    for (int i = 0; i < kConnections; ++i) {
        threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
    }
}

HttpServer::~HttpServer() {
    for (std::jthread& thread : threads_) thread.request_stop();
    threads_.clear();
    ::close(listener_);
}

void HttpServer::run(const std::stop_token& stop) {
    nameThisThread("http-server");
    while (!stop.stop_requested()) {
        pollfd waiting{listener_, POLLIN, 0};
        if (::poll(&waiting, 1, kStopCheck) <= 0) continue;
        // Another thread may have been quicker.
        const Socket connection(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (connection.get() >= 0) serve(connection.get());
    }
}

void HttpServer::serve(int connection) {
    const net::SteadyTime deadline = std::chrono::steady_clock::now() + kPatience;
    const std::unique_ptr<net::Channel> channel = opening_->open(connection, deadline);
    if (!channel) return;
    const std::string text = readHead(*channel, deadline);
    if (text.empty()) return;
    const HttpResponse said = answer(text, *channel, deadline);
    channel->write(answerText(said), std::chrono::steady_clock::now() + kPatience);
    channel->finish();
}

HttpResponse HttpServer::handle(const HttpRequest& request) {
    const std::lock_guard lock(handling_);
    return handler_(request);
}

HttpResponse HttpServer::answer(const std::string& text, net::Channel& channel, net::SteadyTime deadline) {
    const size_t end = text.find(kEndOfHead) + kEndOfHead.size();
    std::optional<HttpRequest> request = parseRequestHead(text.substr(0, end));
    if (!request) return {400, {}, "not an HTTP request\n"};
    if (request->method != accepts_.method) {
        return {405, {{"allow", accepts_.method}}, cat("only ", accepts_.method, "\n")};
    }
    if (accepts_.method == "GET") return handle(*request);
    const std::optional<size_t> length = statedLength(*request);
    if (!length) return {411, {}, "a body has to state its length\n"};
    if (*length > accepts_.mostBody) return {413, {}, cat("only ", accepts_.mostBody, " bytes\n")};
    request->body = text.substr(end, *length);
    char buffer[2048];
    while (request->body.size() < *length) {
        const size_t got =
            channel.read(buffer, std::min(sizeof buffer, *length - request->body.size()), deadline);
        if (got == 0) return {400, {}, "the body is shorter than it is said to be\n"};
        request->body.append(buffer, got);
    }
    return handle(*request);
}

}  // namespace serin::runtime
