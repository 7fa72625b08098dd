#include "fetch/git_blobs.h"

#include <algorithm>

#include "base/text.h"
#include "sources/listing.h"

namespace serin::fetch {
namespace {

constexpr size_t kLongestHead = 256;

}  // namespace

// "OBJECT blob SIZE", or "OBJECT missing".
Result<void> GitBlobs::begin() {
    if (next_ == entries_.size()) return invalid("git writes more than it was asked for");
    const GitEntry& entry = entries_[next_];
    if (head_ == cat(entry.object, " missing")) {
        return Error{ErrorCode::NotFound, cat("the repository lacks the content of ", entry.path)};
    }
    if (head_ != cat(entry.object, " blob ", entry.size)) {
        return invalid(cat("git says \"", sources::plainly(head_), "\" of ", entry.path));
    }
    head_.clear();
    left_ = entry.size;
    state_ = left_ == 0 ? State::LineBreak : State::Content;
    return reader_.begin(entry);
}

Result<void> GitBlobs::add(std::string_view bytes) {
    while (!bytes.empty()) {
        Result<void> done;
        if (state_ == State::Content) {
            const std::string_view part = bytes.substr(0, std::min<uint64_t>(bytes.size(), left_));
            done = reader_.bytes(part);
            left_ -= part.size();
            bytes.remove_prefix(part.size());
            if (left_ == 0) state_ = State::LineBreak;
        } else {
            const char c = bytes.front();
            bytes.remove_prefix(1);
            if (state_ == State::LineBreak) {
                if (c != '\n') return invalid("git writes a content that is longer than it said");
                state_ = State::Head;
                ++next_;
                done = reader_.end();
            } else if (c == '\n') {
                done = begin();
            } else if (head_.size() == kLongestHead) {
                return invalid("git writes what cannot be read");
            } else {
                head_ += c;
            }
        }
        if (!done) return done;
    }
    return {};
}

}  // namespace serin::fetch
