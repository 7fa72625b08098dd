#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "api/observed.h"
#include "base/clock.h"
#include "base/log.h"
#include "kube/backoff.h"
#include "runtime/queue_threads.h"
#include "runtime/registry_teller.h"

namespace serin::runtime {

// Tells registries what came of the versions of ModelDeployments, on threads of its own, so that a slow
// registry holds up no reconcile and no look at a source. What was not taken is told again: soon where nobody
// answered, with waits that grow; every kLongestRetry where a person has to do something first. Thread-safe.
class RegistryReporter {
  public:
    static constexpr size_t kMostThreads = 4;
    // Waits after failures, up to as much again by chance.
    static constexpr Duration kFirstRetry = std::chrono::seconds(5);
    static constexpr Duration kLongestRetry = std::chrono::minutes(5);

    struct Parts {
        TellRegistry tell;   // called on several threads at once
        const Clock& clock;  // these outlive it
        Logger& log;
        kube::Random random;
        // Whether this process leads: who does not tells nothing, and looks again later.
        std::function<bool()> mayTell;
        // An order of this key was tried: there is something new to plan from. On a thread of the reporter.
        std::function<void(const std::string& key)> ended;
    };
    explicit RegistryReporter(Parts parts);
    ~RegistryReporter() { stop(); }

    // Tells on threads of its own from now on; there is none before the first order.
    void start();
    // Waits for the requests under way; no other is begun.
    void stop() { threads_.stop(); }
    // One order that is due, on the calling thread; false when none was.
    bool turn(const std::stop_token& stop = {}) { return threads_.turn(stop); }

    // This is to be told about that object from now on; nothing where it is absent. The same news at the same
    // source is the same order: it is not told anew once it is over.
    void want(const std::string& key, const api::ModelDeployment& object,
              const std::optional<api::RegistryOrder>& order);
    void forget(const std::string& key);
    // What came of the order that was last wanted; nothing before it was tried.
    std::optional<api::RegistryAnswer> newest(const std::string& key) const;

  private:
    struct Task {
        std::string space;
        api::ModelSource source;
        api::RegistryOrder order;
    };
    struct Entry {
        std::string uid;
        Task task;
        kube::Backoff backoff;
        std::optional<Duration> due;  // absent: over
        std::optional<api::RegistryAnswer> answer;
    };

    void tell(const std::string& key, const std::stop_token& stop);
    // What is to be told, if its time has come; puts the key back into the queue if it is still to come.
    std::optional<Task> begin(const std::string& key);
    // Whether it was still wanted.
    bool end(const std::string& key, const Task& task, const Telling& telling);
    // With the mutex held.
    void setDue(const std::string& key, Entry& entry, Duration due);

    Parts parts_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;  // of objects with an order
    QueueThreads threads_;                  // the last, for they use all of it
};

}  // namespace serin::runtime
