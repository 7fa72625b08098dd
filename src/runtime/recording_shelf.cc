#include "runtime/recording_shelf.h"

#include <utility>

namespace serin::runtime {

class RecordingShelf::Sink final : public judge::RecordingSink {
  public:
    Sink(RecordingShelf& shelf, std::string key, uint64_t number)
        : shelf_(shelf), key_(std::move(key)), number_(number) {}
    ~Sink() override { shelf_.close(key_, number_); }
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;

    void begin(std::string head, bool anotherAttempt) override {
        shelf_.begin(key_, number_, std::move(head), anotherAttempt);
    }
    bool append(std::string_view line) override { return shelf_.append(key_, number_, line); }

  private:
    RecordingShelf& shelf_;
    std::string key_;
    uint64_t number_;
};

std::unique_ptr<judge::RecordingSink> RecordingShelf::open(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return std::make_unique<Sink>(*this, key, ++writers_);
}

void RecordingShelf::begin(const std::string& key, uint64_t writer, std::string head, bool anotherAttempt) {
    const std::lock_guard lock(mutex_);
    const auto known = byKey_.find(key);
    // The round of a ModelDeployment that was made anew under its name may still be under way.
    if (known != byKey_.end() && known->second->writer > writer) return;
    if (known != byKey_.end() && known->second->writer < writer) remove(known->second);
    Entry* entry = entryOf(key, writer);
    if (!entry) {
        entries_.push_back({key, writer, judge::Recording(mostOfOne_), judge::Recording(mostOfOne_)});
        byKey_[key] = std::prev(entries_.end());
        entry = &entries_.back();
    }
    size_ -= entry->size();
    if (anotherAttempt && !entry->latest.empty())
        entry->previous = std::exchange(entry->latest, judge::Recording(mostOfOne_));
    entry->latest.begin(std::move(head));
    size_ += entry->size();
    makeRoom();
}

bool RecordingShelf::append(const std::string& key, uint64_t writer, std::string_view line) {
    const std::lock_guard lock(mutex_);
    Entry* entry = entryOf(key, writer);
    if (!entry) return false;
    size_ -= entry->size();
    const bool hasRoom = entry->latest.append(line);
    size_ += entry->size();
    makeRoom();
    return hasRoom;
}

void RecordingShelf::close(const std::string& key, uint64_t writer) {
    const std::lock_guard lock(mutex_);
    if (entryOf(key, writer)) remove(std::prev(entries_.end()));
}

RecordingShelf::Entry* RecordingShelf::entryOf(const std::string& key, uint64_t writer) {
    const auto known = byKey_.find(key);
    if (known == byKey_.end() || known->second->writer != writer) return nullptr;
    entries_.splice(entries_.end(), entries_, known->second);
    return &*known->second;
}

void RecordingShelf::remove(Entries::iterator entry) {
    size_ -= entry->size();
    byKey_.erase(entry->key);
    entries_.erase(entry);
}

void RecordingShelf::makeRoom() {
    while (size_ > mostOfAll_) {
        Entry& oldest = entries_.front();
        if (oldest.previous.empty()) {
            remove(entries_.begin());
        } else {
            size_ -= std::exchange(oldest.previous, judge::Recording(mostOfOne_)).size();
        }
    }
}

std::optional<std::string> RecordingShelf::text(const std::string& key, Which which,
                                                std::string_view about) const {
    const std::lock_guard lock(mutex_);
    const auto known = byKey_.find(key);
    if (known == byKey_.end()) return std::nullopt;
    const judge::Recording& recording =
        which == Which::Latest ? known->second->latest : known->second->previous;
    if (recording.empty()) return std::nullopt;
    return recording.text(about);
}

size_t RecordingShelf::size() const {
    const std::lock_guard lock(mutex_);
    return size_;
}

}  // namespace serin::runtime
