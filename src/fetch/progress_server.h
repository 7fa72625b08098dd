#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "fetch/descriptor.h"

namespace serin::fetch {

// Answers every GET on a port with one page, on a thread of its own, one connection at a time; who sends or
// has not sent the head of a request after two seconds, or takes nothing for as long, is left.
class ProgressServer {
  public:
    // Port 0: any that is free. `page` is called on the server's thread. The clock outlives it. Unavailable
    // where it cannot listen.
    static Result<std::unique_ptr<ProgressServer>> start(int port, std::function<std::string()> page,
                                                         const Clock& clock = systemClock());
    // A connection that has not sent its request yet is left.
    ~ProgressServer();
    ProgressServer(const ProgressServer&) = delete;
    ProgressServer& operator=(const ProgressServer&) = delete;

    int port() const { return port_; }

  private:
    ProgressServer(Descriptor listener, int port, std::function<std::string()> page, const Clock& clock);
    void run(const std::stop_token& stop);
    void serve(int connection, const std::stop_token& stop) const;

    Descriptor listener_;
    int port_;
    std::function<std::string()> page_;
    const Clock& clock_;
    std::jthread thread_;
};

}  // namespace serin::fetch
