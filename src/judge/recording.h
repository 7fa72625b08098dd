#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace serin::judge {

// Bytes of the longest recording of one attempt.
inline constexpr size_t kMostRecording = 1'048'576;

// Takes down what a RecordedJudge tells.
class RecordingSink {
  public:
    virtual ~RecordingSink() = default;
    // Another recording for another attempt, else another part of the present one. A replay may begin at the
    // head as well as go on to what is appended after it from what was appended before it.
    virtual void begin(std::string head, bool anotherAttempt) = 0;
    // One line. False: from the next line on another part is wanted, as this one is full or is gone.
    virtual bool append(std::string_view line) = 0;
};

// A recording within a bound. It has two parts at most: when the newer one has half of the room, it becomes
// the older one, and the one that was older goes. What is left begins with the judge's state as it was then.
class Recording {
  public:
    explicit Recording(size_t most = kMostRecording) : most_(most) {}

    // Another part; `head` is lines, each with its break.
    void begin(std::string head);
    // As RecordingSink::append().
    bool append(std::string_view line);

    bool empty() const { return newer_.head.empty(); }
    // Bytes of all parts; after each call at most the bound.
    size_t size() const { return older_.size + newer_.size; }
    // As a file (judge/recording_lines.h); `about` is said to people in it and has no line breaks.
    std::string text(std::string_view about) const;

  private:
    struct Part {
        std::string head;
        std::vector<std::string> lines;  // one by one, as a long text that grows takes up to twice its size
        size_t size = 0;                 // of all of it as text
    };
    void keepWithinBound();

    size_t most_;
    Part older_;
    Part newer_;
};

}  // namespace serin::judge
