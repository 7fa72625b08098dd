#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

namespace serin::net {

using SteadyTime = std::chrono::steady_clock::time_point;

// The bytes of one connection that a server has accepted. The socket is somebody else's, who closes it.
class Channel {
  public:
    virtual ~Channel() = default;

    // What has come, at most `size` bytes; waits for the first of them. Zero: nothing comes before the
    // deadline, or ever.
    virtual size_t read(char* into, size_t size, SteadyTime deadline) = 0;
    // Ends early when the peer does not take it all before the deadline.
    virtual void write(std::string_view bytes, SteadyTime deadline) = 0;
    // Tells the peer that nothing more comes.
    virtual void finish() = 0;
};

// How a server's connections begin. Safe to call from several threads at once.
class Opening {
  public:
    virtual ~Opening() = default;

    // `socket` is connected and does not block. Null when the two sides do not agree before the deadline.
    virtual std::unique_ptr<Channel> open(int socket, SteadyTime deadline) = 0;
};

}  // namespace serin::net
