#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "api/fetch_progress.h"
#include "api/observed.h"
#include "base/clock.h"
#include "net/transport.h"
#include "runtime/work_queue.h"

namespace serin::runtime {

// A pod that may be loading its model.
struct LoadingPod {
    std::string revision;
    std::string address;

    bool operator==(const LoadingPod&) const = default;
};

// The pods that are not ready of an object whose model is loaded from a source, some of each revision whose
// pods tell how far they are: not of one that loads nothing, and not in the network of the node. Pure.
std::vector<LoadingPod> loadingPods(const api::Observed& seen);

// Asks pods that load their models how far they are, on one thread of its own, so that nothing else waits for
// a pod that does not answer. Thread-safe.
class LoadWatch {
  public:
    // Between two questions, after the pods came; and how long a pod has to answer.
    static constexpr Duration kInterval = std::chrono::seconds(10);
    static constexpr Duration kFirst = std::chrono::seconds(2);
    static constexpr Duration kPatience = std::chrono::seconds(1);
    // How long an answer of a pod counts that misses later questions before it has everything.
    static constexpr Duration kRemembered = std::chrono::minutes(1);

    struct Parts {
        net::Fetcher& fetcher;  // these outlive it
        const Clock& clock;
        // The answer about this key is another one. On the watch's thread.
        std::function<void(const std::string& key)> changed;
    };
    explicit LoadWatch(Parts parts) : parts_(std::move(parts)), queue_(parts_.clock) {}
    ~LoadWatch() { stop(); }

    void start();
    // Waits for the question under way; no other is asked.
    void stop();
    // Asks for one key that is due, on the calling thread; false when none was.
    bool turn();

    // These pods are asked from now on; none: nobody is.
    void want(const std::string& key, std::vector<LoadingPod> pods);
    void forget(const std::string& key);
    // What pods said last, kRemembered ago at most; nothing before they were asked.
    std::optional<api::Loads> newest(const std::string& key) const;

  private:
    struct Answer {
        LoadingPod pod;
        api::FetchProgress told;
        Duration at;  // since boot
    };
    struct Entry {
        std::vector<LoadingPod> pods;
        std::vector<Answer> answers;  // of pods that were asked last
        std::optional<api::Loads> loads;
    };

    void ask(const std::string& key, const std::stop_token& stop = {});
    // What a pod says, or said a while ago; nothing where it loads nothing.
    std::optional<Answer> answerOf(const LoadingPod& pod, const std::vector<Answer>& before);

    Parts parts_;
    WorkQueue queue_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;
    std::jthread thread_;
};

}  // namespace serin::runtime
