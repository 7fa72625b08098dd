#pragma once

#include <string>
#include <thread>

#include "cache/reflector_loop.h"
#include "cache/store_sink.h"

namespace serin::cache {

// A thread that keeps a Store equal to a collection of the API server: list, watch, resume, relist. A
// malformed object disturbs nothing else. start() begins; the destructor stops and joins.
template <typename T>
class Reflector {
  public:
    // `transport`, `clock` and `log` outlive it. A transport of its own per reflector is not needed: each
    // watch has a connection of its own.
    Reflector(kube::ListWatch::Options what, kube::RequestBuilder requests, kube::Random random, Kind<T> kind,
              net::Transport& transport, const Clock& clock, Logger& log)
        : sink_(logged(std::move(kind), log, what.resource.kind), store_),
          loop_(kube::ListWatch(what, std::move(requests), std::move(random)), transport, sink_, clock, log,
                what.resource.kind) {}

    void start() {
        thread_ = std::jthread([this](const std::stop_token& stop) { loop_.run(stop); });
    }
    // Asks the thread to end; the destructor waits for it.
    void requestStop() { thread_.request_stop(); }

    // Thread-safe, all three.
    Snapshot<T> snapshot() const { return store_.snapshot(); }
    bool hasSynced() const { return loop_.health().synced; }
    ReflectorHealth health() const { return loop_.health(); }

  private:
    static Kind<T> logged(Kind<T> kind, Logger& log, std::string name) {
        kind.malformed = [inner = kind.malformed, &log, name](const std::string& key,
                                                              const std::string& owner, const Error& error) {
            log.warning("object ignored: it cannot be understood",
                        {{"kind", name}, {"object", key}, {"error", error.message}});
            if (inner) inner(key, owner, error);
        };
        return kind;
    }

    Store<T> store_;
    StoreSink<T> sink_;
    ReflectorLoop loop_;
    std::jthread thread_;
};

}  // namespace serin::cache
