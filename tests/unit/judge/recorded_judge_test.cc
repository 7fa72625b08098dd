#include "judge/recorded_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "judge/replay.h"
#include "recorded_rollout.h"

namespace serin::judge {
namespace {

using ::testing::SizeIs;

constexpr int kTicks = 60;

// What a replay says of each answer; a failure is one answer that is no good.
std::vector<ReplayedAnswer> replayed(const std::string& text) {
    std::vector<ReplayedAnswer> out;
    const Result<void> done = replay(
        text, {[](const std::string&) {}, [&](const ReplayedAnswer& answer) { out.push_back(answer); }});
    EXPECT_TRUE(done) << done.error().message;
    return out;
}

// As a Judge says it.
api::Judgement wholeAnswer(RecordedJudge& judge) {
    api::Judgement out = judge.judgement();
    out.state = judge.state();
    return out;
}

// A whole rollout; the operator starts anew in the middle when `restarts`. The answers of the judge.
std::vector<api::Judgement> rollOut(uint64_t seed, Kept& kept, bool restarts) {
    RandomRollout rollout(seed);
    api::Analysis analysis = everyKind();
    RecordedJudge judge(analysis, kept.sink());
    Judge alone(analysis);
    alone.setAnalysis(analysis);
    std::vector<api::Judgement> said;
    for (int tick = 0; tick < kTicks; ++tick) {
        if (restarts && tick == kTicks / 2) {
            judge = RecordedJudge(analysis, kept.sink());
            judge.restore(said.back().state);
            alone = Judge(analysis);
            alone.setAnalysis(analysis);
            alone.restore(said.back().state);
        }
        const api::JudgeOrder& order = rollout.nextOrder();
        judge.order(order);
        alone.order(order);
        if (rollout.chance(.05)) {
            analysis.metrics[0].worseOddsRatio = rollout.chance(.5) ? 1.2 : 1.3;
            analysis.minRequests += 1;
            judge.setAnalysis(analysis);
            alone.setAnalysis(analysis);
        }
        const api::Stratum stratum = rollout.nextStratum();
        judge.add(stratum);
        alone.add(stratum);
        said.push_back(wholeAnswer(judge));
        EXPECT_EQ(said.back(), alone.judgement()) << "recording changes nothing, seed " << seed;
    }
    return said;
}

// The answers that are recorded are the last ones that were said, and are said again.
void expectTheEndOf(const std::vector<api::Judgement>& said, const std::string& recording) {
    const std::vector<ReplayedAnswer> again = replayed(recording);
    ASSERT_LE(again.size(), said.size());
    ASSERT_FALSE(again.empty());
    for (size_t i = 0; i < again.size(); ++i) {
        const api::Judgement& then = said[said.size() - again.size() + i];
        EXPECT_TRUE(again[i].same()) << "answer " << i;
        EXPECT_EQ(again[i].judgement, then) << "answer " << i;
    }
}

TEST(RecordedJudge, EveryAnswerOfARolloutCanBeComputedAgainBitForBit) {
    for (uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE(seed);
        Kept kept;
        const auto said = rollOut(seed, kept, false);
        ASSERT_THAT(kept.recordings, SizeIs(1)) << "the evaluation and the soak are of the attempt";
        EXPECT_EQ(kept.parts, 1);
        EXPECT_THAT(replayed(kept.text()), SizeIs(kTicks));
        expectTheEndOf(said, kept.text());
    }
}

TEST(RecordedJudge, SoCanThatOfADriftFromAProfileAndOfALimitInOtherWords) {
    api::Analysis analysis = everyKind();
    analysis.metrics[0].max = 0.0144;
    analysis.metrics[0].limitForm.burnRate = api::BurnRate{99.9, 14.4};
    analysis.metrics[2].referenceFeature = "score";
    analysis.reference = api::ConfigMapKey{"training", "profile.json"};
    api::Profile profile;
    profile.features["score"] = histogram({.25, .5}, {5000, 2000, 100});
    Kept kept;
    RecordedJudge judge(analysis, kept.sink());
    judge.setReference(std::make_shared<api::Reference>(api::Reference{profile, ""}));
    RandomRollout rollout(1);
    std::vector<api::Judgement> said;
    for (int tick = 0; tick < kTicks; ++tick) {
        judge.order(rollout.nextOrder());
        judge.add(rollout.nextStratum());
        said.push_back(wholeAnswer(judge));
    }
    EXPECT_TRUE(said.back().dataDrift);
    expectTheEndOf(said, kept.text());
}

TEST(RecordedJudge, ARecordingThatWasCutGoesOnBitForBit) {
    for (uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE(seed);
        Kept kept(size_t{64} * 1024);
        const auto said = rollOut(seed, kept, false);
        EXPECT_GE(kept.parts, 3);
        EXPECT_LE(kept.recordings.back().size(), 64u * 1024);
        const size_t left = replayed(kept.text()).size();
        EXPECT_GE(left, 5u) << "about half of the room is always used";
        EXPECT_LT(left, static_cast<size_t>(kTicks));
        expectTheEndOf(said, kept.text());
    }
}

TEST(RecordedJudge, AnOperatorThatStartsAnewBeginsWithWhatItRestored) {
    for (uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE(seed);
        Kept kept;
        const auto said = rollOut(seed, kept, true);
        ASSERT_THAT(kept.recordings, SizeIs(2));
        EXPECT_THAT(replayed(kept.text()), SizeIs(kTicks / 2));
        expectTheEndOf(said, kept.text());
        expectTheEndOf({said.begin(), said.begin() + kTicks / 2}, kept.recordings[0].text(""));
    }
}

TEST(RecordedJudge, ACutLosesNothingThatTheStatusHasNoRoomFor) {
    std::vector<api::Metric> metrics;
    std::vector<double> edges;
    for (int edge = 1; edge <= 20; ++edge) edges.push_back(edge / 10.0);
    std::map<std::string, api::Counts> counts;
    for (const char* name : {"a", "b", "c"}) {
        metrics.push_back(latencyMetric());
        metrics.back().name = name;
        counts[name] = histogram(edges, std::vector<uint64_t>(21, 7));
    }
    const api::Analysis analysis = analysisOf(metrics);
    Kept kept(size_t{256} * 1024);
    RecordedJudge judge(analysis, kept.sink());
    Judge alone(analysis);
    Rig rig(analysis);
    std::vector<api::Judgement> said;
    for (int tick = 0; tick < 80; ++tick) {
        if (tick % 8 == 0) rig.step(tick / 8);
        judge.order(rig.order());
        alone.order(rig.order());
        const api::Stratum stratum =
            rig.stratum({pod("s", counts)}, {pod("c1", counts), pod("c2", counts), pod("c3", counts)});
        judge.add(stratum);
        alone.add(stratum);
        said.push_back(wholeAnswer(judge));
    }
    EXPECT_GE(kept.parts, 2);
    EXPECT_GT(alone.wholeState().size(), said.back().state.size()) << "or this test shows nothing";
    expectTheEndOf(said, kept.text());
}

TEST(RecordedJudge, AnotherAttemptIsAnotherRecording) {
    Kept kept;
    RecordedJudge judge(everyKind(), kept.sink());
    auto tick = [&, now = Timestamp(std::chrono::seconds(1'700'000'000))](
                    const std::string& canary, int attempt, api::JudgeMode mode) mutable {
        judge.order({mode, "old", canary, attempt, 0, std::nullopt});
        api::Stratum stratum;
        stratum.from = now;
        stratum.to = now += std::chrono::seconds(10);
        stratum.stable = {pod("s", {{"errors", requests(100, 1)}})};
        judge.add(stratum);
        judge.judgement();
        return kept.recordings.size();
    };
    EXPECT_EQ(tick("", 1, api::JudgeMode::Evaluate), 1u);
    EXPECT_EQ(tick("new", 1, api::JudgeMode::Compare), 1u);
    EXPECT_EQ(tick("new", 1, api::JudgeMode::Soak), 1u);
    EXPECT_EQ(tick("new", 2, api::JudgeMode::Compare), 2u);
    EXPECT_EQ(tick("", 1, api::JudgeMode::Evaluate), 3u);
    EXPECT_EQ(tick("newest", 1, api::JudgeMode::Compare), 3u);
    EXPECT_THAT(replayed(kept.recordings[0].text("")), SizeIs(3));
    EXPECT_THAT(replayed(kept.recordings[1].text("")), SizeIs(1));
    EXPECT_THAT(replayed(kept.recordings[2].text("")), SizeIs(2));
}

TEST(RecordedJudge, WhatIsComparedAtRestIsNoPartOfTheAttemptBeforeAndBeginsNone) {
    Kept kept;
    Rig rig(everyKind());
    RecordedJudge judge(everyKind(), kept.sink());
    judge.order(rig.order());
    judge.add(rig.stratum({pod("s", {{"errors", requests(100, 1)}})}, {}));
    judge.judgement();
    const std::string attempt = kept.text();
    judge.order({api::JudgeMode::Record, "new", "", 0, -1, std::nullopt});
    judge.setReference(std::make_shared<const api::Reference>());
    judge.add(rig.stratum({pod("s", {{"errors", requests(100, 1)}})}, {}));
    judge.judgement();
    EXPECT_EQ(kept.text(), attempt);
    EXPECT_THAT(kept.recordings, SizeIs(1));
    judge.order({api::JudgeMode::Evaluate, "new", "", 2, -1, std::nullopt});
    EXPECT_THAT(kept.recordings, SizeIs(2));
}

TEST(RecordedJudge, OrdersThatSayNothingNewAreRecordedOnce) {
    Kept kept;
    Rig rig(everyKind());
    RecordedJudge judge(everyKind(), kept.sink());
    judge.order(rig.order());
    const std::string once = kept.text();
    judge.order(rig.order());
    EXPECT_EQ(kept.text(), once);
    rig.step(1);
    judge.order(rig.order());
    EXPECT_NE(kept.text(), once);
}

TEST(RecordedJudge, RecordsNothingBeforeSomethingIsJudged) {
    Kept kept;
    RecordedJudge judge(everyKind(), kept.sink());
    judge.setAnalysis(everyKind());
    judge.order({});
    judge.judgement();
    EXPECT_THAT(kept.recordings, SizeIs(0));
}

TEST(RecordedJudge, SaysItsStateAsItIsWhateverHappenedSinceItWasRecorded) {
    Kept kept;
    Rig rig(everyKind());
    RecordedJudge judge(everyKind(), kept.sink());
    Judge alone(everyKind());
    alone.setAnalysis(everyKind());
    const auto tick = [&] {
        judge.order(rig.order());
        alone.order(rig.order());
        const api::Stratum stratum = rig.stratum({pod("s", {{"errors", requests(900, 9)}})},
                                                 {pod("c", {{"errors", requests(300, 15)}})});
        judge.add(stratum);
        alone.add(stratum);
        EXPECT_EQ(judge.judgement().state, "");
    };
    tick();
    EXPECT_EQ(judge.state(), alone.state());
    EXPECT_EQ(judge.state(), alone.state()) << "asked twice";
    tick();
    rig.step(1);
    judge.order(rig.order());
    alone.order(rig.order());
    EXPECT_EQ(judge.state(), alone.state()) << "another step";
    tick();
    api::Analysis other = everyKind();
    other.metrics.pop_back();
    judge.setAnalysis(other);
    alone.setAnalysis(other);
    EXPECT_EQ(judge.state(), alone.state()) << "other metrics";
    const std::string before = alone.state();
    tick();
    judge.restore(before);
    EXPECT_EQ(judge.state(), before) << "restored";
    tick();
    judge.add(
        rig.stratum({pod("s", {{"errors", requests(900, 9)}})}, {pod("c", {{"errors", requests(9, 1)}})}));
    EXPECT_NE(judge.state(), alone.state()) << "what came since is in it";
}

TEST(RecordedJudge, JudgesWithoutASinkToo) {
    Rig rig(analysisOf({errorMetric()}));
    RecordedJudge judge(analysisOf({errorMetric()}), nullptr);
    judge.order(rig.order());
    for (int tick = 0; tick < 10; ++tick) {
        judge.add(rig.stratum({pod("s", {{"errors", requests(900, 9)}})},
                              {pod("c", {{"errors", requests(300, 15)}})}));
    }
    EXPECT_TRUE(judge.judgement().harm);
}

}  // namespace
}  // namespace serin::judge
