#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "kube/event_series.h"
#include "kube/request.h"
#include "net/transport.h"
#include "runtime/object_source.h"
#include "runtime/watched_kinds.h"

namespace serin::runtime {

// The caches of the four kinds, of all namespaces or of some, kept by one reflector thread each.
class WatchedObjects final : public ObjectSource {
  public:
    // Called on the reflectors' threads.
    using Listeners = WatchListeners;
    struct Means {
        net::Transport& transport;
        kube::RequestBuilder requests;
        const Clock& clock;
        Logger& log;
    };

    // `spaces` empty: all namespaces. The references in `means` outlive it.
    WatchedObjects(const std::vector<std::string>& spaces, const Means& means, const Listeners& listeners);
    ~WatchedObjects() override;

    void start();
    void requestStop();
    // Every cache holds a complete list.
    bool synced() const;
    // What is still being listed, with the last failure of each, for people; empty when synced.
    std::string waitingFor() const;
    // Objects held, by kind; and the seconds since anything was heard, by kind.
    std::map<std::string, size_t> sizes() const;
    std::map<std::string, double> lags() const;

    Sight look(const std::string& key) const override;
    std::vector<std::string> keys() const override;

  private:
    struct Set;
    const Set* setOf(const std::string& key) const;

    const Clock& clock_;
    std::vector<std::unique_ptr<Set>> sets_;
};

}  // namespace serin::runtime
