#include "net/socket_wait.h"

#include <poll.h>

namespace serin::net {

bool awaitSocket(int socket, short events, SteadyTime deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{socket, events, 0};
    return ::poll(&waiting, 1, static_cast<int>(left.count())) > 0;
}

}  // namespace serin::net
