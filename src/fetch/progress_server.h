#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"
#include "fetch/descriptor.h"

namespace serin::fetch {

// Answers every GET on a port with one page, on a thread of its own, one connection at a time; who sends or
// takes nothing is left after two seconds.
class ProgressServer {
  public:
    // Port 0: any that is free. `page` is called on the server's thread. Unavailable where it cannot listen.
    static Result<std::unique_ptr<ProgressServer>> start(int port, std::function<std::string()> page);
    // Waits for the connection under way.
    ~ProgressServer();
    ProgressServer(const ProgressServer&) = delete;
    ProgressServer& operator=(const ProgressServer&) = delete;

    int port() const { return port_; }

  private:
    ProgressServer(Descriptor listener, int port, std::function<std::string()> page);
    void run(const std::stop_token& stop);
    void serve(int connection) const;

    Descriptor listener_;
    int port_;
    std::function<std::string()> page_;
    std::jthread thread_;
};

}  // namespace serin::fetch
