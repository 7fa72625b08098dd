#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "judge/recording.h"

namespace serin::runtime {

// The recordings of what the judges of all ModelDeployments were told and said: of each its latest attempt
// and the one before, as far as they fit. Beyond the bound of all together the one goes that was written to
// the longest ago; if it is of a judge at work, that begins another. Thread-safe.
class RecordingShelf {
  public:
    static constexpr size_t kMostOfAll = 16 * judge::kMostRecording;  // bytes

    explicit RecordingShelf(size_t mostOfAll = kMostOfAll, size_t mostOfOne = judge::kMostRecording)
        : mostOfAll_(mostOfAll), mostOfOne_(mostOfOne) {}

    // For the judge of the ModelDeployment `key` ("namespace/name"). Its recordings go when the sink does, or
    // when another one for the same key begins. The shelf outlives it.
    std::unique_ptr<judge::RecordingSink> open(const std::string& key);

    enum class Which { Latest, Previous };
    // As a file, with `about` for people in it; nothing when nothing is recorded.
    std::optional<std::string> text(const std::string& key, Which which, std::string_view about) const;
    // Bytes that all of them have.
    size_t size() const;

  private:
    class Sink;
    struct Entry {
        std::string key;
        uint64_t writer = 0;  // the number of the sink
        judge::Recording latest;
        judge::Recording previous;
        size_t size() const { return latest.size() + previous.size(); }
    };
    using Entries = std::list<Entry>;

    void begin(const std::string& key, uint64_t writer, std::string head, bool anotherAttempt);
    bool append(const std::string& key, uint64_t writer, std::string_view line);
    void close(const std::string& key, uint64_t writer);
    // The entry that this sink writes to, as the last one of the list; absent when there is none.
    Entry* entryOf(const std::string& key, uint64_t writer);
    void remove(Entries::iterator entry);
    void makeRoom();

    const size_t mostOfAll_;
    const size_t mostOfOne_;
    mutable std::mutex mutex_;
    uint64_t writers_ = 0;
    Entries entries_;  // the one last written to is the last
    std::map<std::string, Entries::iterator> byKey_;
    size_t size_ = 0;
};

}  // namespace serin::runtime
