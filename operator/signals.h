#pragma once

#include <functional>
#include <thread>

// Takes SIGTERM and SIGINT of the whole process on a thread of its own. Make it before any other thread, so
// that all of them inherit the blocked signals.
class SignalThread {
  public:
    // `onSignal` is called once, on this object's thread. A second signal ends the process at once.
    explicit SignalThread(std::function<void(int signal)> onSignal);

  private:
    std::jthread thread_;
};
