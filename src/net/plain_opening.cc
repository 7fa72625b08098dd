#include "net/plain_opening.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "net/socket_wait.h"

namespace serin::net {
namespace {

class PlainChannel : public Channel {
  public:
    explicit PlainChannel(int socket) : socket_(socket) {}

    size_t read(char* into, size_t size, SteadyTime deadline) override {
        if (!awaitSocket(socket_, POLLIN, deadline)) return 0;
        const ssize_t got = ::recv(socket_, into, size, 0);
        return got > 0 ? static_cast<size_t>(got) : 0;
    }

    void write(std::string_view bytes, SteadyTime deadline) override {
        while (!bytes.empty() && awaitSocket(socket_, POLLOUT, deadline)) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN && errno != EINTR) return;
            if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
        }
    }

    void finish() override { ::shutdown(socket_, SHUT_WR); }

  private:
    int socket_;
};

class PlainOpening : public Opening {
  public:
    std::unique_ptr<Channel> open(int socket, SteadyTime) override {
        return std::make_unique<PlainChannel>(socket);
    }
};

}  // namespace

std::unique_ptr<Opening> makePlainOpening() {
    return std::make_unique<PlainOpening>();
}

}  // namespace serin::net
