#pragma once

#include <optional>
#include <string>

#include "api/observed.h"
#include "base/time.h"
#include "kube/backoff.h"

namespace serin::runtime {

// What is asked about one ModelDeployment's source.
struct SourceQuestion {
    api::ModelSource source;
    std::string written;  // Spec::written
    std::string refresh;  // api::refreshAsked()

    bool operator==(const SourceQuestion&) const = default;
};

// The question of an object whose spec has a source and no problems; nothing of another one.
std::optional<SourceQuestion> questionOf(const api::ModelDeployment& object);
// Its status lacks the answer, or says that the last look failed.
bool isOpen(const SourceQuestion& question, const api::Status& status);

// When the source of one ModelDeployment is looked up: at once where the answer is lacking or a person
// changed something, then each `follow`, spread by chance so that many do not ask together; after a failure
// with waits that grow. Without `follow` a question that was answered is not asked again. Times are
// Clock::sinceBoot. Pure; not thread-safe.
class SourceSchedule {
  public:
    // Waits after failures, up to as much again by chance.
    static constexpr Duration kFirstRetry = std::chrono::seconds(5);
    static constexpr Duration kLongestRetry = std::chrono::minutes(5);
    static constexpr Duration kBetweenHints = std::chrono::seconds(10);

    explicit SourceSchedule(kube::Random random);

    // This is asked from now on; `open`: its answer is not recorded. Whether it is another question than
    // before, with a due time of its own.
    bool want(const SourceQuestion& question, bool open, Duration now);
    // Somebody says that there may be something new: a look at once, or as soon as kBetweenHints have passed
    // since the last one that a hint caused. Nothing before want() was called.
    void hint(Duration now);
    // A look at the present question begins, and has what was hinted so far.
    void began() { hinted_.reset(); }
    // A look at the present question ended.
    void ended(bool good, Duration now);
    // Precondition: want() was called.
    const SourceQuestion& question() const { return *question_; }
    std::optional<Duration> due() const { return due_; }

  private:
    kube::Random random_;
    kube::Backoff backoff_;
    std::optional<SourceQuestion> question_;
    std::optional<Duration> due_;
    std::optional<Duration> hinted_;      // when a look that is hinted and has not begun is due
    std::optional<Duration> lastHinted_;  // when the newest of them was
};

}  // namespace serin::runtime
