#include "signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

namespace {

sigset_t endingSignals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

SignalThread::SignalThread(std::function<void(int)> onSignal) {
    ::signal(SIGPIPE, SIG_IGN);
    const sigset_t blocked = endingSignals();
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    thread_ = std::jthread([onSignal = std::move(onSignal)](const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "signals");
        const sigset_t awaited = endingSignals();
        const timespec piece{0, 200'000'000};
        bool seen = false;
        while (!stop.stop_requested()) {
            const int signal = sigtimedwait(&awaited, nullptr, &piece);
            if (signal < 0) continue;
            if (std::exchange(seen, true)) ::_exit(130);
            onSignal(signal);
        }
    });
}
