#include "judge/recorded_judge.h"

#include <utility>

#include "base/text.h"
#include "judge/recording_lines.h"

namespace serin::judge {
namespace {

// The evaluation of stable has no canary yet, but the number of the attempt that follows it.
bool sameAttempt(const api::JudgeOrder& before, const api::JudgeOrder& now) {
    return before.stable == now.stable && before.attempt == now.attempt &&
           (before.canary == now.canary || before.mode == api::JudgeMode::Evaluate);
}

}  // namespace

// What a replay does with the first analysis, so that both begin alike.
RecordedJudge::RecordedJudge(std::shared_ptr<const api::Analysis> analysis,
                             std::unique_ptr<RecordingSink> sink)
    : judge_(analysis), sink_(std::move(sink)) {
    judge_.setAnalysis(std::move(analysis));
}

RecordedJudge::RecordedJudge(const api::Analysis& analysis, std::unique_ptr<RecordingSink> sink)
    : RecordedJudge(std::make_shared<const api::Analysis>(analysis), std::move(sink)) {}

void RecordedJudge::restore(const std::string& state) {
    state_.reset();
    judge_.restore(state);
    attempt_.reset();  // the next recording begins with what was restored
}

void RecordedJudge::recall(std::string_view state, const api::JudgeOrder& order) {
    if (!judge_.recall(state, order)) return;
    state_.reset();
    attempt_.reset();
}

void RecordedJudge::setAnalysis(const api::Analysis& analysis) {
    setAnalysis(std::make_shared<const api::Analysis>(analysis));
}

void RecordedJudge::setAnalysis(std::shared_ptr<const api::Analysis> analysis) {
    state_.reset();
    judge_.setAnalysis(std::move(analysis));
    if (records()) append(lineOf(judge_.analysis()));
}

void RecordedJudge::setReference(const std::shared_ptr<const api::Reference>& reference) {
    state_.reset();
    judge_.setReference(reference);
    if (records()) append(lineOf(*reference));
}

void RecordedJudge::order(const api::JudgeOrder& order) {
    const bool rests = order.mode == api::JudgeMode::Record;
    const bool judges = order.mode != api::JudgeMode::Off && !rests;
    const bool begins = judges && !(attempt_ && sameAttempt(*attempt_, order));
    const bool repeated = attempt_ && order == last_;
    if (sink_ && begins) begin(true);
    state_.reset();
    judge_.order(order);
    if (judges) attempt_ = order;
    // What is compared at rest would push the attempt that was judged out of its recording.
    if (rests) attempt_.reset();
    last_ = order;
    if (records() && !repeated) append(lineOf(order));
}

void RecordedJudge::add(const api::Stratum& stratum) {
    state_.reset();
    judge_.add(stratum);
    if (!records()) return;
    append(lineOf(stratum));
    unsaid_ = true;
}

api::Judgement RecordedJudge::judgement() {
    api::Judgement said = judge_.judgementWithoutState();
    if (std::exchange(unsaid_, false)) {
        said.state = judge_.state();
        append(lineOf(saidIn(said)));
        state_ = std::exchange(said.state, {});
    }
    return said;
}

std::string RecordedJudge::state() {
    std::optional<std::string> known = std::exchange(state_, std::nullopt);
    return known ? std::move(*known) : judge_.state();
}

void RecordedJudge::begin(bool anotherAttempt) {
    sink_->begin(cat(lineOf(judge_.analysis()), '\n', lineOf(judge_.reference()), '\n',
                     lineOf(RestoredState{judge_.wholeState()}), '\n'),
                 anotherAttempt);
}

// Called after what the line tells was done, so that another part begins with it.
void RecordedJudge::append(std::string_view line) {
    if (!sink_->append(line)) begin(false);
}

}  // namespace serin::judge
