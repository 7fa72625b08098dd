#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "kube/backoff.h"
#include "runtime/model_profile_reader.h"
#include "runtime/queue_threads.h"

namespace serin::runtime {

// Reads the profiles among the files of models, on threads of its own, so that a slow store holds up neither
// a reconcile nor a look at the pods. Each is read until it is known, once, for its id names the same bytes
// for ever; it is kept for as long as it is wanted. Thread-safe.
class ModelProfiles {
  public:
    static constexpr size_t kMostThreads = 4;
    // Waits after failures, up to as much again by chance.
    static constexpr Duration kFirstRetry = std::chrono::seconds(5);
    static constexpr Duration kLongestRetry = std::chrono::minutes(5);

    struct Parts {
        ReadModelProfile read;  // called on several threads at once
        const Clock& clock;     // these outlive it
        Logger& log;
        kube::Random random;
        // Reading a profile for this key ended: there is something new to judge with. On a thread of this.
        std::function<void(const std::string& key)> ended;
    };
    explicit ModelProfiles(Parts parts);
    ~ModelProfiles() { stop(); }

    // Reads on threads of its own from now on; there is none before the first profile is wanted.
    void start();
    // Waits for the requests under way; no other is begun.
    void stop() { threads_.stop(); }
    // One key whose reading is due, on the calling thread; false when none was.
    bool turn(const std::stop_token& stop = {}) { return threads_.turn(stop); }

    // These and no others are wanted for this key from now on; no two are the same file. `space` is its
    // namespace.
    void want(const std::string& key, const std::string& space, const std::vector<ModelProfile>& wanted);
    void forget(const std::string& key) { want(key, "", {}); }
    // What is known of one of them, the same pointer while it is; null before it was read.
    std::shared_ptr<const ModelProfileReading> newest(const std::string& key,
                                                      const ModelProfile& profile) const;

  private:
    struct Entry {
        ModelProfile profile;
        kube::Backoff backoff;
        std::optional<Duration> due;  // of the next reading; absent: it is known, or is being read
        std::shared_ptr<const ModelProfileReading> reading;
    };
    struct Wants {
        std::string space;
        std::list<Entry> entries;
    };

    Entry made(const ModelProfile& profile) const;
    void readAll(const std::string& key, const std::stop_token& stop);
    // A profile that is due; puts the key back into the queue where one is due later.
    std::optional<ModelProfile> begin(const std::string& key, std::string& space);
    void end(const std::string& key, const ModelProfile& profile, ModelProfileReading reading);

    Parts parts_;
    mutable std::mutex mutex_;
    std::map<std::string, Wants> wants_;  // by key
    QueueThreads threads_;                // the last, for they use all of it
};

}  // namespace serin::runtime
