#include "judge/rehearsal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "judge/dealt_rehearsal.h"
#include "judge/replay.h"
#include "rehearsed_rollout.h"

namespace serin::judge {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RecordedCalls callsOf(const std::string& recording) {
    const Result<RecordedCalls> calls = callsIn(recording);
    EXPECT_TRUE(calls) << calls.error().message;
    return calls ? *calls : RecordedCalls();
}

TEST(Rehearsal, AsRecordedIsWhatWasSaidThen) {
    for (uint64_t seed = 1; seed <= 5; ++seed) {
        SCOPED_TRACE(seed);
        Kept kept;
        RecordedJudge judge(everyKind(), kept.sink());
        RandomRollout rollout(seed);
        for (int tick = 0; tick < 60; ++tick) {
            judge.order(rollout.nextOrder());
            judge.add(rollout.nextStratum());
            judge.judgement();
        }
        double most = 0;
        size_t looks = 0;
        std::optional<Timestamp> start;
        api::Judgement last;
        const auto note = [&](const ReplayedAnswer& answer) {
            const api::JudgeOrder& order = answer.judgement.order;
            if (order.mode != api::JudgeMode::Compare) return;
            if (!start) start = order.stepStartedAt;
            if (!start || answer.stratum->from < *start) return;
            ++looks;
            most = std::max(most, answer.judgement.evidence);
            last = answer.judgement;
        };
        ASSERT_TRUE(replay(kept.text(), {[](const std::string&) {}, note}));
        const Result<Rehearsal> run = rehearse(callsOf(kept.text()));
        ASSERT_TRUE(run) << run.error().message;
        EXPECT_EQ(run->intervals, looks);
        EXPECT_EQ(run->mostEvidence, most);
        EXPECT_EQ(run->harm.has_value(), last.harm);
        ASSERT_THAT(run->metrics, SizeIs(last.metrics.size()));
        for (size_t i = 0; i < last.metrics.size(); ++i) {
            EXPECT_EQ(run->metrics[i].name, last.metrics[i].name);
            EXPECT_EQ(run->metrics[i].verdict, last.metrics[i].verdict);
            EXPECT_EQ(run->metrics[i].message, last.metrics[i].message);
        }
    }
}

TEST(Rehearsal, CountsLooksRequestsAndTimeFromTheStepsBeginning) {
    const Result<Rehearsal> run = rehearse(callsOf(errorsOf({}).recorded(analysisOf({errorMetric()}))));
    ASSERT_TRUE(run);
    const RehearsedMetric& errors = run->metrics.at(0);
    EXPECT_EQ(errors.intervals, 120u);
    EXPECT_EQ(errors.canary, 12'000u);
    EXPECT_EQ(errors.stable, 36'000u);
    EXPECT_EQ(run->seconds, 1200);
    ASSERT_TRUE(errors.safe && run->safe);
    EXPECT_EQ(static_cast<double>(run->safe->canaryRequests), run->safe->seconds * 10);
    EXPECT_LE(errors.safe->seconds, run->safe->seconds);
    EXPECT_EQ(run->canaryPods, 1u);
    EXPECT_EQ(run->stablePods, 3u);
    EXPECT_FALSE(run->beginningLost);
    EXPECT_GT(errors.enoughAlone, run->threshold) << "the pods' own metric has its share of the evidence";
}

// Its answers are of the version as a whole: no deal of pods changes them.
TEST(Rehearsal, AQueryIsToldWithItsLooksAndNoDealIsJudgedByIt) {
    AaRollout rollout = errorsOf({});
    rollout.answer = 18.25;  // beyond the limit
    api::Analysis analysis = analysisOf({errorMetric(), queryMetric()});
    analysis.metrics[1].observeOnly = true;
    const RecordedCalls observed = callsOf(rollout.recorded(analysis));
    const Result<Rehearsal> run = rehearse(observed);
    ASSERT_TRUE(run);
    EXPECT_EQ(run->metrics.at(1).samples, 120u);
    EXPECT_TRUE(run->metrics.at(1).harm);
    EXPECT_FALSE(run->harm);
    const RecordedCalls guarded = callsOf(rollout.recorded(analysisOf({errorMetric(), queryMetric()})));
    EXPECT_TRUE(rehearse(guarded)->harm);
    const auto dealt = rehearseDealt(guarded, 20, 1);
    ASSERT_TRUE(dealt);
    EXPECT_EQ(dealt->alarms, 0u);
    EXPECT_THAT(dealt->safe, SizeIs(20));
}

TEST(Rehearsal, DealsFindWhatAPodThatIsWorseDoesAsACanary) {
    const RecordedCalls calls = callsOf(errorsOf({"s2"}).recorded(analysisOf({errorMetric()})));
    const auto dealt = rehearseDealt(calls, 200, 1);
    ASSERT_TRUE(dealt);
    EXPECT_EQ(dealt->pods, 4u);
    EXPECT_EQ(dealt->different, 4u);
    // The bad pod is the canary in one deal of four.
    EXPECT_GE(dealt->alarms, 30u);
    EXPECT_LE(dealt->alarms, 70u);
    EXPECT_TRUE(std::is_sorted(dealt->safe.begin(), dealt->safe.end(),
                               [](const Moment& a, const Moment& b) { return a.seconds < b.seconds; }));
    EXPECT_LE(dealt->safe.size(), dealt->splits - dealt->alarms);
}

TEST(Rehearsal, DealsOfPodsThatAreAlikeRaiseNoAlarm) {
    AaRollout rollout = errorsOf({});
    rollout.stable = {"s1", "s2", "s3", "s4", "s5", "s6"};
    rollout.canary = {"c1", "c2"};
    const RecordedCalls calls = callsOf(rollout.recorded(analysisOf({errorMetric()})));
    const auto dealt = rehearseDealt(calls, 50, 1);
    ASSERT_TRUE(dealt);
    EXPECT_EQ(dealt->alarms, 0u);
    EXPECT_GT(dealt->different, 10u) << "of 28";
    EXPECT_THAT(dealt->safe, SizeIs(50));
    const auto again = rehearseDealt(calls, 50, 1);
    const auto other = rehearseDealt(calls, 50, 2);
    const auto secondsOf = [](const DealtRehearsal& run) {
        std::vector<double> out;
        for (const Moment& moment : run.safe) out.push_back(moment.seconds);
        return out;
    };
    EXPECT_EQ(secondsOf(*again), secondsOf(*dealt));
    EXPECT_NE(secondsOf(*other), secondsOf(*dealt));
}

TEST(Rehearsal, LeavesARecordingWithoutItsBeginningWhatItHas) {
    AaRollout rollout = errorsOf({"s2"});
    rollout.room = 40'000;
    const std::string recording = rollout.recorded(analysisOf({errorMetric()}));
    const RecordedCalls calls = callsOf(recording);
    const Result<Rehearsal> run = rehearse(calls);
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_TRUE(run->beginningLost);
    EXPECT_LT(run->intervals, 120u);
    const auto dealt = rehearseDealt(calls, 40, 1);
    ASSERT_TRUE(dealt);
    EXPECT_GE(dealt->alarms, 1u) << "deals begin anew, with the order that the lost beginning had";
}

TEST(Rehearsal, TwoPodsAreNotDealt) {
    AaRollout rollout = errorsOf({});
    rollout.stable = {"s1"};
    EXPECT_FALSE(rehearseDealt(callsOf(rollout.recorded(analysisOf({errorMetric()}))), 10, 1));
}

TEST(Rehearsal, NeedsAComparison) {
    Kept kept;
    Rig rig(analysisOf({errorMetric()}));
    RecordedJudge judge(analysisOf({errorMetric()}), kept.sink());
    api::JudgeOrder order = rig.order();
    order.mode = api::JudgeMode::Evaluate;
    order.canary.clear();
    judge.order(order);
    judge.add(rig.stratum({pod("s1", {{"errors", requests(100, 1)}})}, {}));
    const Result<Rehearsal> run = rehearse(callsOf(kept.text()));
    ASSERT_FALSE(run);
    EXPECT_THAT(run.error().message, HasSubstr("no interval in which two versions were compared"));
}

TEST(RecordedCalls, NameTheLineThatIsWrong) {
    const std::string recording = errorsOf({}).recorded(analysisOf({errorMetric()}));
    const auto trouble = [](const std::string& text) {
        const Result<RecordedCalls> calls = callsIn(text);
        return calls ? "" : calls.error().message;
    };
    EXPECT_THAT(trouble(recording), IsEmpty());
    EXPECT_THAT(trouble("<html>"), HasSubstr("line 1: not \"serin-recording/"));
    const size_t analysis = recording.find("\nanalysis");
    const size_t next = recording.find('\n', analysis + 1);
    EXPECT_THAT(trouble(recording.substr(0, analysis) + recording.substr(next)),
                HasSubstr("line 3: an analysis has to come first"));
    EXPECT_THAT(trouble(recording + "stratum 1\n"), HasSubstr("what follows \"stratum\" is cut short"));
}

}  // namespace
}  // namespace serin::judge
