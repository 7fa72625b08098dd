#include "judge/replay.h"

#include <utility>

#include "base/text.h"
#include "judge/judge.h"
#include "judge/state_codec.h"

namespace serin::judge {
namespace {

constexpr const char* kHowElse = "; replay it with the serin-judge of the Serin that recorded it";

class Player {
  public:
    explicit Player(const ReplayListener& listener) : listener_(listener) {}

    void at(size_t line) { line_ = line; }

    Result<void> operator()(const Remark& remark) {
        listener_.remark(remark.text);
        return {};
    }
    Result<void> operator()(const api::Analysis& analysis) {
        if (!judge_) judge_.emplace(analysis);
        judge_->setAnalysis(analysis);
        return {};
    }
    Result<void> operator()(api::Reference& reference) {
        if (!judge_) return noAnalysis();
        judge_->setReference(std::make_shared<const api::Reference>(std::move(reference)));
        return {};
    }
    Result<void> operator()(const RestoredState& state) {
        if (!judge_) return noAnalysis();
        if (!decodeState(state.text)) return invalid(cat("the judge's state cannot be read", kHowElse));
        judge_->restore(state.text);
        return {};
    }
    Result<void> operator()(const api::JudgeOrder& order) {
        if (!judge_) return noAnalysis();
        judge_->order(order);
        return {};
    }
    Result<void> operator()(api::Stratum& stratum) {
        if (!judge_) return noAnalysis();
        judge_->add(stratum);
        ++strata_;
        stratum_ = std::move(stratum);
        return {};
    }
    Result<void> operator()(const Said& said) {
        if (!judge_) return noAnalysis();
        listener_.answer({line_, strata_, stratum_, judge_->judgement(), said});
        return {};
    }

  private:
    static Error noAnalysis() { return invalid("an analysis has to come first"); }

    const ReplayListener& listener_;
    size_t line_ = 0;
    size_t strata_ = 0;
    std::optional<Judge> judge_;
    std::optional<api::Stratum> stratum_;
};

std::string_view takeLine(std::string_view& text) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

}  // namespace

Result<void> replay(std::string_view recording, const ReplayListener& listener) {
    if (takeLine(recording) != kRecordingFormat)
        return invalid(cat("line 1: not \"", kRecordingFormat,
                           "\", so it is no recording, or one of another format", kHowElse));
    Player player(listener);
    for (size_t number = 2; !recording.empty(); ++number) {
        Result<RecordedLine> line = readLine(takeLine(recording));
        player.at(number);
        const Result<void> done = line ? std::visit(player, *line) : Result<void>(line.error());
        if (!done) return invalid(cat("line ", number, ": ", done.error().message));
    }
    return {};
}

}  // namespace serin::judge
