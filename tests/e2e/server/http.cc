#include "http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace testserver {
namespace {

int toMilliseconds(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

// The head without its final empty line.
void parseHead(const std::string& head, Message& message) {
    size_t end = head.find("\r\n");
    message.start = head.substr(0, end);
    while (end != std::string::npos) {
        const size_t begin = end + 2;
        end = head.find("\r\n", begin);
        const std::string line = head.substr(begin, end == std::string::npos ? end : end - begin);
        const size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const size_t value = line.find_first_not_of(' ', colon + 1);
        message.headers[lower(line.substr(0, colon))] = value == std::string::npos ? "" : line.substr(value);
    }
}

std::string render(const Answer& answer, bool close) {
    std::string text = "HTTP/1.1 " + std::to_string(answer.code) + (answer.code < 400 ? " OK" : " Error") + "\r\n";
    text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\r\n";
    if (close) text += "Connection: close\r\n";
    return text + "\r\n" + answer.body;
}

}  // namespace

std::string Message::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
}

Connection::~Connection() {
    tls_.reset();
    ::close(fd_);
}

bool Connection::more(std::chrono::milliseconds timeout) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, toMilliseconds(timeout)) <= 0) {
        errno = ETIMEDOUT;
        return false;
    }
    char buffer[8192];
    const ssize_t size = tls_ ? tls_->read(buffer, sizeof buffer) : ::recv(fd_, buffer, sizeof buffer, 0);
    if (size <= 0) {
        if (size == 0) errno = ECONNRESET;
        return false;
    }
    pending_.append(buffer, static_cast<size_t>(size));
    return true;
}

Connection::Read Connection::read(Message& message, std::chrono::milliseconds timeout, int stopFd) {
    message = {};
    if (pending_.empty()) {
        pollfd waiting[2] = {{fd_, POLLIN, 0}, {stopFd, POLLIN, 0}};
        const int count = ::poll(waiting, stopFd < 0 ? 1 : 2, toMilliseconds(timeout));
        if (count == 0) errno = ETIMEDOUT;
        if (count <= 0) return Read::Failed;
        if (waiting[0].revents == 0) return Read::Stopped;
        char first;
        const ssize_t size = ::recv(fd_, &first, 1, MSG_PEEK);
        if (size == 0) return Read::Closed;
        if (size < 0) return errno == ECONNRESET ? Read::Closed : Read::Failed;
    }
    size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
        if (!more(timeout)) return Read::Failed;
    }
    parseHead(pending_.substr(0, end), message);
    if (message.header("transfer-encoding") == "chunked") {
        pending_.erase(0, end + 4);
        return readChunks(message, timeout) ? Read::Message : Read::Failed;
    }
    const size_t length = std::strtoul(message.header("content-length").c_str(), nullptr, 10);
    const size_t whole = end + 4 + length;
    while (pending_.size() < whole) {
        if (!more(timeout)) return Read::Failed;
    }
    message.body = pending_.substr(end + 4, length);
    pending_.erase(0, whole);
    return Read::Message;
}

bool Connection::readChunks(Message& message, std::chrono::milliseconds timeout) {
    for (;;) {
        size_t end;
        while ((end = pending_.find("\r\n")) == std::string::npos) {
            if (!more(timeout)) return false;
        }
        const size_t length = std::strtoul(pending_.c_str(), nullptr, 16);
        while (pending_.size() < end + 2 + length + 2) {
            if (!more(timeout)) return false;
        }
        message.body += pending_.substr(end + 2, length);
        pending_.erase(0, end + 2 + length + 2);
        if (length == 0) return true;
    }
}

bool Connection::write(const std::string& text) {
    size_t sent = 0;
    while (sent < text.size()) {
        const char* rest = text.data() + sent;
        const ssize_t size = tls_ ? tls_->write(rest, text.size() - sent)
                                  : ::send(fd_, rest, text.size() - sent, MSG_NOSIGNAL);
        if (size <= 0) return false;
        sent += static_cast<size_t>(size);
    }
    return true;
}

int connectTo(const std::string& address, int port, std::chrono::milliseconds timeout) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    if (::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    int problem = 0;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        problem = errno;
        pollfd waiting{fd, POLLOUT, 0};
        if (problem == EINPROGRESS) {
            problem = ETIMEDOUT;
            socklen_t size = sizeof problem;
            if (::poll(&waiting, 1, toMilliseconds(timeout)) == 1) {
                ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size);
            }
        }
    }
    if (problem != 0) {
        ::close(fd);
        errno = problem;
        return -1;
    }
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

Server::Server(int port, Handler handler, const TlsServer* tls)
    : handler_(std::move(handler)), tls_(tls), stopFd_(::eventfd(0, EFD_CLOEXEC)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_ANY);
    any.sin_port = htons(static_cast<uint16_t>(port));
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 || ::listen(listener_, 512) != 0) {
        std::perror("cannot listen");
        std::exit(1);
    }
}

void Server::stop() {
    stopping_ = true;
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stopFd_, &one, sizeof one);
}

void Server::run(std::chrono::milliseconds grace) {
    pollfd waiting[2] = {{listener_, POLLIN, 0}, {stopFd_, POLLIN, 0}};
    while (!stopping_) {
        if (::poll(waiting, 2, -1) < 0 || (waiting[0].revents & POLLIN) == 0) continue;
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) continue;
        ++open_;
        std::thread([this, fd] {
            converse(fd);
            --open_;
        }).detach();
    }
    ::close(listener_);
    const auto end = std::chrono::steady_clock::now() + grace;
    while (open_ > 0 && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void Server::converse(int fd) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::unique_ptr<TlsSession> session;
    if (tls_ != nullptr && (session = tls_->accept(fd)) == nullptr) {
        ::close(fd);
        return;
    }
    Connection connection(fd, std::move(session));
    Message request;
    while (connection.read(request, std::chrono::minutes(10), stopFd_) == Connection::Read::Message) {
        const size_t space = request.start.find(' ');
        const size_t end = request.start.find(' ', space + 1);
        if (space == std::string::npos || end == std::string::npos) return;
        const Answer answer =
            handler_(request.start.substr(0, space), request.start.substr(space + 1, end - space - 1), request);
        const bool close = stopping_ || request.wantsClose();
        if (!connection.write(render(answer, close)) || close) return;
    }
}

}  // namespace testserver
