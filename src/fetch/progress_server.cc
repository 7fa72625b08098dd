#include "fetch/progress_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/http_head.h"
#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr Duration kStopCheck{200};
constexpr int kWaiting = 8;
constexpr size_t kLongestHead = 4096;
// Of a whole head, however it trickles in; and of an answer that is not taken.
constexpr Duration kPatience{2000};
constexpr timeval kSendPatience{2, 0};

// On all addresses; none where the machine has no such family or the port is taken.
Descriptor listenOn(int family, int port) {
    Descriptor out(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!out) return out;
    const int yes = 1;
    const int no = 0;
    ::setsockopt(out.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in6 six{};
    sockaddr_in four{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_any;
    six.sin6_port = htons(static_cast<uint16_t>(port));
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = INADDR_ANY;
    four.sin_port = htons(static_cast<uint16_t>(port));
    if (family == AF_INET6) ::setsockopt(out.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    const auto* address = family == AF_INET6 ? reinterpret_cast<const sockaddr*>(&six)
                                             : reinterpret_cast<const sockaddr*>(&four);
    const socklen_t length = family == AF_INET6 ? sizeof six : sizeof four;
    if (::bind(out.get(), address, length) != 0 || ::listen(out.get(), kWaiting) != 0) out.close();
    return out;
}

int portOf(int descriptor) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
    // Both families have it at the same place.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

// Waits for something to read, at most so long; false where the time is over.
bool waitFor(int descriptor, Duration longest) {
    pollfd waiting{descriptor, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(std::clamp(longest, Duration(0), kStopCheck).count())) > 0;
}

// Up to the empty line; empty where that does not come in time.
std::string readHead(int connection, const Clock& clock, const std::stop_token& stop) {
    const Duration end = clock.sinceBoot() + kPatience;
    std::string head;
    std::array<char, 1024> buffer;
    while (head.size() < kLongestHead && head.find("\r\n\r\n") == std::string::npos) {
        const Duration left = end - clock.sinceBoot();
        if (left <= Duration(0) || stop.stop_requested()) return "";
        if (!waitFor(connection, left)) continue;
        const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count <= 0) return "";
        head.append(buffer.data(), static_cast<size_t>(count));
    }
    return head.find("\r\n\r\n") == std::string::npos ? "" : head;
}

}  // namespace

Result<std::unique_ptr<ProgressServer>> ProgressServer::start(int port, std::function<std::string()> page,
                                                              const Clock& clock) {
    Descriptor listener = listenOn(AF_INET6, port);
    if (!listener) listener = listenOn(AF_INET, port);
    if (!listener) {
        return Error{ErrorCode::Unavailable, cat("cannot listen on port ", port, ": ", std::strerror(errno))};
    }
    const int listening = portOf(listener.get());
    return std::unique_ptr<ProgressServer>(
        new ProgressServer(std::move(listener), listening, std::move(page), clock));
}

ProgressServer::ProgressServer(Descriptor listener, int port, std::function<std::string()> page,
                               const Clock& clock)
    : listener_(std::move(listener)), port_(port), page_(std::move(page)), clock_(clock) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ProgressServer::~ProgressServer() {
    thread_.request_stop();
    thread_.join();
}

void ProgressServer::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (!waitFor(listener_.get(), kStopCheck)) continue;
        const Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (connection) serve(connection.get(), stop);
    }
}

void ProgressServer::serve(int connection, const std::stop_token& stop) const {
    ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &kSendPatience, sizeof kSendPatience);
    const std::optional<HttpRequest> request = parseRequestHead(readHead(connection, clock_, stop));
    HttpResponse answer{400, {}, "this is no HTTP request\n"};
    if (request) answer = {405, {}, "only GET is answered\n"};
    if (request && request->method == "GET") answer = {200, {}, page_()};
    const std::string text = answerText(answer);
    // An answer is shorter than what a socket takes at once.
    (void)::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace serin::fetch
