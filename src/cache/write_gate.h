#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.h"

namespace serin::cache {

// Read-your-writes: after an accepted write nothing is planned for its ModelDeployment until the store of
// that kind has seen the write (or anything newer of that kind: a bookmark is enough). Thread-safe.
class WriteGate {
  public:
    // `patience`: after so long the gate opens anyway (an API server restored from a backup counts from lower
    // numbers); preconditions still protect every write.
    explicit WriteGate(Duration patience = std::chrono::seconds(60)) : patience_(patience) {}

    // Our write of an object of `kind` for the ModelDeployment `ownerKey` was answered with this
    // resourceVersion (metadata.resourceVersion of the answer; an empty one is not remembered). `now` is
    // Clock::sinceBoot.
    void wrote(std::string_view kind, std::string_view ownerKey, std::string_view resourceVersion,
               Duration now);

    // Whether a plan for `ownerKey` would see all our writes. `storeVersion(kind)` is where that kind's
    // snapshot stands: take the snapshots first, ask with their resourceVersions, then plan from these very
    // snapshots.
    bool caughtUp(std::string_view ownerKey,
                  const std::function<std::string(const std::string& kind)>& storeVersion, Duration now);

    // The ModelDeployment is gone.
    void forget(std::string_view ownerKey);
    size_t size() const;

  private:
    struct Write {
        std::string resourceVersion;
        Duration at;
    };
    Duration patience_;
    mutable std::mutex mutex_;
    std::map<std::string, std::map<std::string, Write>, std::less<>>
        writes_;  // owner -> kind -> newest write
};

}  // namespace serin::cache
