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
#include "runtime/source_resolver.h"
#include "runtime/source_schedule.h"

namespace serin::runtime {

// Looks up what the sources of ModelDeployments mean, on threads of its own, so that a slow registry holds up
// no reconcile. Thread-safe.
class SourceWatch {
  public:
    static constexpr size_t kMostThreads = 8;
    // Looks in between ask only whether the reference has moved.
    static constexpr Duration kWholeLooks = std::chrono::hours(1);

    struct Parts {
        ResolveSource resolve;  // called on several threads at once
        const Clock& clock;     // these outlive it
        Logger& log;
        kube::Random random;
        // A look at the source of this key ended: there is something new to plan from. On a thread of the
        // watch.
        std::function<void(const std::string& key)> ended;
    };
    explicit SourceWatch(Parts parts);
    ~SourceWatch() { stop(); }

    // Looks on threads of its own from now on; there is none before the first source is wanted.
    void start();
    // Waits for the requests under way; no other is begun.
    void stop() { threads_.stop(); }
    // One look that is due, on the calling thread; false when none was.
    bool turn(const std::stop_token& stop = {}) { return threads_.turn(stop); }

    // Looks as this object has it from now on; not at all where it has no source.
    void want(const std::string& key, const api::ModelDeployment& object);
    void forget(const std::string& key);
    // There may be something new at the source of this key, if it has one: SourceSchedule::hint().
    void hint(const std::string& key);
    // The newest look that ended, at what was last wanted.
    std::optional<api::SourceLook> newest(const std::string& key) const;

  private:
    struct Entry {
        std::string uid;
        std::string space;  // its namespace
        SourceSchedule schedule;
        std::optional<api::SourceLook> look;
        std::optional<Duration> wholeAt;  // when the question was last looked up in whole
    };

    struct Task {
        std::string space;
        SourceQuestion question;
        std::optional<api::ResolvedModel> known;  // only whether it has moved is asked
    };

    void look(const std::string& key, const std::stop_token& stop);
    // What is to be looked up, if its time has come; puts the key back into the queue if it is still to come.
    std::optional<Task> begin(const std::string& key);
    // Whether it was still asked.
    bool end(const std::string& key, const Task& task, const SourceAnswer& answer);

    Parts parts_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;  // of objects with a source
    QueueThreads threads_;                  // the last, for they use all of it
};

}  // namespace serin::runtime
