#include "judge/replay.h"

#include <memory>
#include <utility>

#include "base/text.h"
#include "judge/judge.h"
#include "judge/recording_reader.h"
#include "judge/state_codec.h"

namespace serin::judge {
namespace {

class Player {
  public:
    explicit Player(const ReplayListener& listener) : listener_(listener) {}

    void at(size_t line) { line_ = line; }

    Result<void> operator()(const Remark& remark) {
        listener_.remark(remark.text);
        return {};
    }
    Result<void> operator()(const api::Analysis& analysis) {
        analysis_ = std::make_shared<const api::Analysis>(analysis);
        if (!judge_) judge_.emplace(analysis_);
        judge_->setAnalysis(analysis_);
        return {};
    }
    Result<void> operator()(api::Reference& reference) {
        judge_->setReference(std::make_shared<const api::Reference>(std::move(reference)));
        return {};
    }
    Result<void> operator()(const RestoredState& state) {
        if (!decodeState(state.text))
            return invalid(cat("the judge's state cannot be read", kReplayElsewhere));
        judge_->restore(state.text);
        return {};
    }
    Result<void> operator()(const api::JudgeOrder& order) {
        judge_->order(order);
        return {};
    }
    Result<void> operator()(api::Stratum& stratum) {
        judge_->add(stratum);
        ++strata_;
        stratum_ = std::move(stratum);
        return {};
    }
    Result<void> operator()(const Said& said) {
        listener_.answer({line_, strata_, analysis_, stratum_, judge_->judgement(), said});
        return {};
    }

  private:
    const ReplayListener& listener_;
    size_t line_ = 0;
    size_t strata_ = 0;
    std::shared_ptr<const api::Analysis> analysis_;
    std::optional<Judge> judge_;  // there from the first analysis on, before which only remarks stand
    std::optional<api::Stratum> stratum_;
};

}  // namespace

Result<void> replay(std::string_view recording, const ReplayListener& listener) {
    Player player(listener);
    return readRecording(recording, [&](size_t number, RecordedLine& line) {
        player.at(number);
        return std::visit(player, line);
    });
}

}  // namespace serin::judge
