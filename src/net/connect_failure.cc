#include "net/connect_failure.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace serin::net {
namespace {

constexpr int kPatienceMs = 200;

class Socket {
  public:
    explicit Socket(const addrinfo& address)
        : descriptor_(::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
    ~Socket() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

// The errno of an attempt; zero when it succeeded.
int attempt(const addrinfo& address) {
    const Socket socket(address);
    if (socket.get() < 0) return errno;
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    pollfd waiting{socket.get(), POLLOUT, 0};
    if (::poll(&waiting, 1, kPatienceMs) != 1) return ETIMEDOUT;
    int cause = 0;
    socklen_t size = sizeof cause;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &cause, &size);
    return cause;
}

}  // namespace

std::string connectFailure(const std::string& host, int port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
        failed != 0) {
        return ::gai_strerror(failed);
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
    const int cause = attempt(*addresses);
    return cause == 0 ? "the connection broke off at once" : std::strerror(cause);
}

}  // namespace serin::net
