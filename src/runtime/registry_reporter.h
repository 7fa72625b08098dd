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
#include "runtime/registry_teller.h"
#include "runtime/work_queue.h"

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
    explicit RegistryReporter(Parts parts) : parts_(std::move(parts)), queue_(parts_.clock) {}
    ~RegistryReporter() { stop(); }

    // Tells on threads of its own from now on; there is none before the first order.
    void start();
    // Waits for the requests under way; no other is begun.
    void stop();
    // One order that is due, on the calling thread; false when none was.
    bool turn(const std::stop_token& stop = {});

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

    void run(const std::stop_token& stop);
    void tell(const std::string& key, const std::stop_token& stop);
    // What is to be told, if its time has come; puts the key back into the queue if it is still to come.
    std::optional<Task> begin(const std::string& key);
    // Whether it was still wanted.
    bool end(const std::string& key, const Task& task, const Telling& telling);
    // With the mutex held.
    void setDue(const std::string& key, Entry& entry, Duration due);
    // With the mutex held: as many threads as orders, up to the most.
    void addThreads();

    Parts parts_;
    WorkQueue queue_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;  // of objects with an order
    bool started_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace serin::runtime
