#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fetch/git_tree.h"

namespace serin::fetch {

// Takes the contents of entries, one after the other, in their order.
class GitReader {
  public:
    virtual ~GitReader() = default;
    virtual Result<void> begin(const GitEntry& entry) = 0;
    virtual Result<void> bytes(std::string_view bytes) = 0;
    virtual Result<void> end() = 0;
};

// Cuts what `git cat-file --batch` writes into the contents of the entries that it was asked for; chunks may
// end anywhere.
class GitBlobs {
  public:
    // Both outlive it.
    GitBlobs(const std::vector<GitEntry>& entries, GitReader& reader) : entries_(entries), reader_(reader) {}

    // NotFound where an object is missing, Invalid where it is not what was asked for, and what the reader
    // says.
    Result<void> add(std::string_view bytes);
    // Whether all of them have come.
    bool complete() const { return next_ == entries_.size() && state_ == State::Head && head_.empty(); }

  private:
    enum class State { Head, Content, LineBreak };

    Result<void> begin();

    const std::vector<GitEntry>& entries_;
    GitReader& reader_;
    size_t next_ = 0;
    State state_ = State::Head;
    std::string head_;
    uint64_t left_ = 0;
};

}  // namespace serin::fetch
