#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "judge/judge.h"
#include "judge/recording.h"

namespace serin::judge {

// A Judge whose calls are taken down, so that what it said can be computed again from the recording alone
// (judge/replay.h). One recording is of one attempt, from the evaluation of the stable version before it to
// the end of its watch. Nothing is recorded before something is to be judged. Not thread-safe.
class RecordedJudge {
  public:
    // Without a sink nothing is recorded.
    RecordedJudge(const api::Analysis& analysis, std::unique_ptr<RecordingSink> sink);
    // Shares the analysis, which is not null.
    RecordedJudge(std::shared_ptr<const api::Analysis> analysis, std::unique_ptr<RecordingSink> sink);

    // As those of Judge.
    void restore(const std::string& state);
    void recall(std::string_view state, const api::JudgeOrder& order);
    void setAnalysis(const api::Analysis& analysis);
    void setAnalysis(std::shared_ptr<const api::Analysis> analysis);
    void setReference(const std::shared_ptr<const api::Reference>& reference);
    void order(const api::JudgeOrder& order);
    void add(const api::Stratum& stratum);
    // As that of Judge, but without its state; after a stratum it is recorded what it said.
    api::Judgement judgement();
    // As that of Judge. Where the record of the last judgement needed it, it is not made again the first
    // time.
    std::string state();

  private:
    bool records() const { return sink_ && attempt_.has_value(); }
    void begin(bool anotherAttempt);
    void append(std::string_view line);

    Judge judge_;
    std::unique_ptr<RecordingSink> sink_;
    // The last order to judge something; absent: nothing is recorded.
    std::optional<api::JudgeOrder> attempt_;
    api::JudgeOrder last_;  // the last order
    bool unsaid_ = false;   // a stratum came since the last judgement
    // The state as it is; kept from when it was recorded until somebody wants it or it is another one.
    std::optional<std::string> state_;
};

}  // namespace serin::judge
