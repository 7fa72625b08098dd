#include "trial.h"

#include <algorithm>

#include "feed.h"
#include "judge/judge.h"

namespace serin::calibration {
namespace {

constexpr int kEvaluatedIntervals = 3;  // as the planner's phase Evaluating

api::Analysis analysisOf(const Row& row) {
    api::Analysis out = row.analysis;
    out.interval = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(row.scenario.interval));
    return out;
}

// A rollout under way.
class Rollout {
  public:
    Rollout(const Row& row, uint64_t seed)
        : scenario_(row.scenario),
          analysis_(analysisOf(row)),
          random_(seed),
          feed_(scenario_, analysis_, random_),
          judge_(analysis_) {
        order_.mode = api::JudgeMode::Evaluate;
        order_.stable = "old";
        judge_.order(order_);
        for (int i = 0; i < kEvaluatedIntervals; ++i) judge_.add(feed_.before());
        order_.mode = api::JudgeMode::Compare;
        order_.canary = "new";
        order_.attempt = 1;
    }

    bool over() const { return look_ == scenario_.looks + scenario_.watched; }
    bool watching() const { return order_.mode == api::JudgeMode::Watch; }
    double elapsed() const { return feed_.elapsed(); }
    const api::Analysis& analysis() const { return analysis_; }

    // The next interval; it is left to the caller to show it to the judge.
    const api::Stratum& next() {
        for (size_t i = 0; i < scenario_.steps.size(); ++i) {
            if (scenario_.steps[i].from != look_) continue;
            feed_.step(scenario_.steps[i]);
            order_.step = static_cast<int>(i);
            order_.stepStartedAt = feed_.now();
            judge_.order(order_);
        }
        if (look_ == scenario_.looks) promote();
        ++look_;
        return feed_.next();
    }
    void judge(const api::Stratum& stratum) { judge_.add(stratum); }
    api::Judgement said() const { return judge_.judgement(); }

  private:
    void promote() {
        feed_.step({look_, 1, scenario_.stablePods});
        for (const auto mode : {api::JudgeMode::Soak, api::JudgeMode::Watch}) {
            order_.mode = mode;
            judge_.order(order_);
        }
    }

    const Scenario& scenario_;
    api::Analysis analysis_;
    Random random_;
    Feed feed_;
    judge::Judge judge_;
    api::JudgeOrder order_;
    int look_ = 0;
};

bool everyMetricSafe(const api::Judgement& judgement) {
    return std::all_of(judgement.metrics.begin(), judgement.metrics.end(),
                       [](const auto& metric) { return metric.verdict == api::Verdict::Safe; });
}

void note(std::optional<double>& first, bool said, double second) {
    if (said && !first) first = second;
}

// Whether the judge has said all that the question asks for.
bool answered(Question question, const Outcome& outcome) {
    switch (question) {
        case Question::CalledSafe:
            return outcome.proven.has_value();
        case Question::TimeToSafety:
            return outcome.safe.has_value();
        default:
            return outcome.harm.has_value();
    }
}

// Harm stays once it is declared: where nothing else is asked for any more, the end tells as much as every
// look.
bool worthAsking(const Row& row, Question question, const Outcome& outcome, const Rollout& rollout) {
    // What the rollout before a watch comes to is in other tables.
    if (row.scenario.watched > 0) {
        const bool timed = question == Question::Found && rollout.elapsed() > row.scenario.change.from;
        return rollout.watching() && (timed || rollout.over());
    }
    const bool quiet = question == Question::TakenBack || question == Question::Unbounded;
    return !quiet || !outcome.safe || rollout.over();
}

}  // namespace

Outcome play(const Row& row, Question question, bool rivals, uint64_t seed) {
    Rollout rollout(row, seed);
    Rivals others(rollout.analysis().metrics);
    Outcome outcome;
    while (!rollout.over()) {
        const bool judging = !answered(question, outcome);
        if (!judging && (!rivals || others.allDecided())) break;
        const api::Stratum& stratum = rollout.next();
        if (rivals) others.add(stratum, rollout.elapsed());
        if (!judging) continue;
        rollout.judge(stratum);
        if (!worthAsking(row, question, outcome, rollout)) continue;
        const api::Judgement said = rollout.said();
        note(outcome.harm, said.harm, rollout.elapsed());
        note(outcome.safe, said.safe && !rollout.watching(), rollout.elapsed());
        note(outcome.proven, everyMetricSafe(said), rollout.elapsed());
    }
    outcome.rivals = others.at();
    return outcome;
}

void watch(const Row& row, uint64_t seed,
           const std::function<bool(const api::Judgement& judgement, double second)>& seen) {
    Rollout rollout(row, seed);
    while (!rollout.over()) {
        rollout.judge(rollout.next());
        if (seen(rollout.said(), rollout.elapsed())) return;
    }
}

}  // namespace serin::calibration
