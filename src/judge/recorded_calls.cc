#include "judge/recorded_calls.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "judge/memory.h"
#include "judge/recording_reader.h"
#include "judge/state_codec.h"
#include "judge/strata.h"

namespace serin::judge {
namespace {

class Collector {
  public:
    Result<void> operator()(const Remark& remark) {
        out.about += remark.text + '\n';
        return {};
    }
    Result<void> operator()(api::Analysis& analysis) { return keep(std::move(analysis)); }
    Result<void> operator()(api::Reference& reference) {
        return keep(std::make_shared<const api::Reference>(std::move(reference)));
    }
    Result<void> operator()(RestoredState& state) {
        const std::optional<Memory> memory = decodeState(state.text);
        if (!memory) return invalid(cat("the judge's state cannot be read", kReplayElsewhere));
        return keep(RecordedCalls::Restore{std::move(state.text), memory->order, memory->attempt.strata > 0});
    }
    Result<void> operator()(api::JudgeOrder& order) { return keep(std::move(order)); }
    Result<void> operator()(api::Stratum& stratum) { return keep(std::move(stratum)); }
    Result<void> operator()(const Said&) { return {}; }

    RecordedCalls out;

  private:
    template <typename Call>
    Result<void> keep(Call call) {
        out.calls.emplace_back(std::move(call));
        return {};
    }
};

// Since when both versions are compared.
class Beginning {
  public:
    void order(const api::JudgeOrder& order) {
        comparing_ = order.mode == api::JudgeMode::Compare;
        // Before 1970 is no time of a stratum; the difference to one must not overflow.
        if (comparing_ && !at_ && order.stepStartedAt) at_ = std::max(*order.stepStartedAt, Timestamp{});
    }
    bool begun(const api::Stratum& stratum) const { return at_ && stratum.from >= *at_; }
    bool comparing(const api::Stratum& stratum) const { return comparing_ && begun(stratum); }
    double secondsUntil(Timestamp time) const { return std::chrono::duration<double>(time - *at_).count(); }

  private:
    std::optional<Timestamp> at_;
    bool comparing_ = false;
};

// False from a call that ended it.
class Teller {
  public:
    Teller(const PodDeal* deal, const std::function<bool(const Heard&)>& look) : deal_(deal), look_(look) {}

    bool operator()(api::Analysis analysis) {
        if (deal_ != nullptr) std::erase_if(analysis.metrics, &isOfNoPod);
        if (!judge_) judge_.emplace(analysis);
        judge_->setAnalysis(analysis);
        return true;
    }
    bool operator()(const std::shared_ptr<const api::Reference>& reference) {
        judge_->setReference(reference);
        return true;
    }
    bool operator()(const RecordedCalls::Restore& restore) {
        if (deal_ != nullptr) return (*this)(restore.order);
        judge_->restore(restore.state);
        beginning_.order(restore.order);
        order_ = restore.order;
        return true;
    }
    bool operator()(const api::JudgeOrder& order) {
        order_ = order;
        if (deal_ != nullptr) order_.without.clear();  // the pod that was replaced may be anybody's now
        beginning_.order(order_);
        judge_->order(order_);
        return true;
    }
    bool operator()(const api::Stratum& stratum) {
        const bool compared = beginning_.comparing(stratum);
        if (deal_ == nullptr || !compared) return add(stratum, compared);
        return add(deal_->dealt(stratum), compared);
    }

  private:
    static bool isOfNoPod(const api::Metric& metric) { return metric.isQuery(); }
    bool add(const api::Stratum& stratum, bool compared) {
        judge_->add(stratum);
        if (!beginning_.begun(stratum)) return true;
        if (compared) {
            for (const api::PodSample& pod : stratum.canary)
                requests_ += requestsOf(pod, judge_->analysis().metrics);
        }
        return look_({*judge_, order_, stratum, beginning_.secondsUntil(stratum.to), requests_});
    }

    const PodDeal* deal_;
    const std::function<bool(const Heard&)>& look_;
    std::optional<Judge> judge_;
    api::JudgeOrder order_;
    Beginning beginning_;
    uint64_t requests_ = 0;
};

}  // namespace

Result<RecordedCalls> callsIn(std::string_view recording) {
    Collector collector;
    const Result<void> done =
        readRecording(recording, [&](size_t, RecordedLine& line) { return std::visit(collector, line); });
    if (!done) return done.error();
    return std::move(collector.out);
}

void tell(const RecordedCalls& calls, const PodDeal* deal, const std::function<bool(const Heard&)>& look) {
    Teller teller(deal, look);
    for (const RecordedCalls::Call& call : calls.calls) {
        if (!std::visit(teller, call)) return;
    }
}

std::vector<const api::Stratum*> comparedStrata(const RecordedCalls& calls) {
    std::vector<const api::Stratum*> out;
    Beginning beginning;
    for (const RecordedCalls::Call& call : calls.calls) {
        if (const auto* order = std::get_if<api::JudgeOrder>(&call)) beginning.order(*order);
        if (const auto* restore = std::get_if<RecordedCalls::Restore>(&call)) beginning.order(restore->order);
        const auto* stratum = std::get_if<api::Stratum>(&call);
        if (stratum != nullptr && beginning.comparing(*stratum)) out.push_back(stratum);
    }
    return out;
}

}  // namespace serin::judge
