#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "judge/own_past.h"
#include "judge/psi.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::DataState;
using api::Hour;
using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kWeekOfHours = 168;

// A version at rest whose data follows the hours, with the judge that compares it, ten minutes a tick.
class WeeklyRhythm : public testing::Test {
  protected:
    WeeklyRhythm() : judge(made()) {
        analysis = made();
        judge.order(order);
    }
    static api::Analysis made() {
        api::Metric amount = driftMetric(std::nullopt);
        amount.name = amount.referenceFeature = "amount";
        amount.inputs = true;
        api::Analysis out = analysisOf({errorMetric(), amount});
        out.interval = minutes(10);
        out.recordOver = hours(24 * 7);
        return out;
    }
    // Shares of three buckets: `lean` is what the first has more and the last has less.
    std::vector<uint64_t> drawn(double lean) {
        std::vector<uint64_t> out(3, 0);
        out[0] = random.binomial(kValues, (1 + lean) / 3);
        out[1] = random.binomial(kValues - out[0], 1 / (2 - lean));
        out[2] = kValues - out[0] - out[1];
        return out;
    }
    // By night and by day: their index is far above the threshold.
    static double byDay(int hour) { return hour % 24 < 8 ? 0.6 : -0.6; }
    void tick(double lean) {
        api::Stratum stratum;
        stratum.from = now;
        stratum.to = now += minutes(10);
        stratum.stable = {
            pod("s", {{"errors", requests(kValues, 0)}, {"amount", histogram({100, 200}, drawn(lean))}})};
        if (past.add(analysis, order, stratum).reference) tell();
        judge.add(stratum);
        said = judge.judgement().dataDrift.value();
    }
    void tell() { judge.setReference(std::make_shared<const api::Reference>(past.reference(analysis))); }
    // How many of the hours were called drifted, and how many within, by their end.
    struct Called {
        int drifted = 0;
        int within = 0;
    };
    template <typename Lean>
    Called play(int count, Lean lean) {
        Called out;
        for (int i = 0; i < count; ++i, ++played) {
            for (int part = 0; part < 6; ++part) tick(lean(played));
            out.drifted += said.state == DataState::Drifted ? 1 : 0;
            out.within += said.state == DataState::Within ? 1 : 0;
        }
        return out;
    }
    // Another process goes on from what is kept.
    void restart() {
        past = OwnPast(api::decodeRecord(api::encodeRecord(past.record())).value());
        judge = Judge(analysis);
        tell();
        judge.order(order);
    }

    static constexpr uint64_t kValues = 150;
    api::Analysis analysis;
    api::JudgeOrder order{api::JudgeMode::Record, "v1", "", 0, -1, std::nullopt};
    Judge judge;
    OwnPast past;
    Random random{7};
    Timestamp now{Hour(hours(494'000))};
    int played = 0;
    api::DataDrift said;
};

TEST_F(WeeklyRhythm, ByNightAndByDayTheDataIsFarApart) {
    EXPECT_GT(populationStability({1600, 1000, 400}, {400, 1000, 1600}), 1.0);
}

TEST_F(WeeklyRhythm, AStrongDailyRhythmIsNoDriftFromTheSecondDayOn) {
    EXPECT_EQ(play(24, byDay).within, 0);
    EXPECT_TRUE(said.recording);
    EXPECT_THAT(said.message, HasSubstr("amount of the version that serves is recorded since"));
    const Called called = play(3 * kWeekOfHours, byDay);
    EXPECT_EQ(called.drifted, 0);
    EXPECT_EQ(called.within, 3 * kWeekOfHours);
    EXPECT_EQ(said.message, "what the version that serves sees and says is as it was at this time before");
}

TEST_F(WeeklyRhythm, OtherDaysOfTheWeekAreKnownFromTheSecondWeekOn) {
    const auto weekend = [](int hour) { return hour % kWeekOfHours >= 5 * 24 ? 0.6 : -0.6; };
    EXPECT_GT(play(kWeekOfHours, weekend).drifted, 0) << "the first weekend is compared with days before it";
    const Called called = play(2 * kWeekOfHours, weekend);
    EXPECT_EQ(called.drifted, 0);
    EXPECT_EQ(called.within, 2 * kWeekOfHours);
}

TEST_F(WeeklyRhythm, ARealShiftIsFoundInItsFirstHourAndIsTheNewNormalAfterAWeek) {
    play(2 * kWeekOfHours, byDay);
    const auto shifted = [](int hour) { return byDay(hour) + (byDay(hour) > 0 ? -1.1 : 1.1); };
    EXPECT_EQ(play(1, shifted).drifted, 1);
    EXPECT_THAT(said.message,
                AllOf(HasSubstr("amount of the version that serves differs from the same hour of the "
                                "week in the last 7 days: PSI "),
                      HasSubstr(" > 0.25, most by "), HasSubstr("the data changed, not the model")));
    EXPECT_EQ(said.metric, "amount");
    EXPECT_EQ(play(kWeekOfHours - 1, shifted).drifted, kWeekOfHours - 1);
    const Called later = play(kWeekOfHours, shifted);
    EXPECT_EQ(later.drifted, 0);
    EXPECT_EQ(later.within, kWeekOfHours);
}

TEST_F(WeeklyRhythm, ARestartInTheMiddleOfTheWeekMakesNoDriftAndLosesNone) {
    play(kWeekOfHours, byDay);
    for (int day = 0; day < 7; ++day) {
        EXPECT_EQ(play(23, byDay).drifted, 0);
        for (int part = 0; part < 2; ++part) tick(byDay(played));
        restart();
        for (int part = 0; part < 4; ++part) tick(byDay(played));
        EXPECT_EQ(said.state, DataState::Within);
        ++played;
    }
    EXPECT_EQ(play(1, [](int) { return -0.6; }).drifted, 1);
}

TEST_F(WeeklyRhythm, WhatWasNotReadYetIsNotCompared) {
    judge.setReference(std::make_shared<const api::Reference>(api::Reference{std::nullopt, "", api::Past{}}));
    now += hours(1);
    api::Stratum stratum;
    stratum.from = now;
    stratum.to = now += minutes(10);
    stratum.stable = {pod("s", {{"amount", histogram({100, 200}, {10, 10, 10})}})};
    judge.add(stratum);
    said = judge.judgement().dataDrift.value();
    EXPECT_EQ(said.state, DataState::Unknown);
    EXPECT_FALSE(said.recording);
    EXPECT_THAT(said.trouble, IsEmpty());
    EXPECT_THAT(said.message, HasSubstr("too few values are known of this time"));
}

TEST_F(WeeklyRhythm, WhyTheRecordCannotBeKeptIsSaidUnlessTheDataDrifted) {
    play(kWeekOfHours, byDay);
    api::Reference reference = past.reference(analysis);
    reference.trouble = "the ConfigMap is somebody else's";
    judge.setReference(std::make_shared<const api::Reference>(reference));
    EXPECT_EQ(judge.judgement().dataDrift->message, "the ConfigMap is somebody else's");
    EXPECT_EQ(judge.judgement().dataDrift->trouble, "the ConfigMap is somebody else's");
}

TEST_F(WeeklyRhythm, AtRestNothingIsJudged) {
    play(3, byDay);
    const api::Judgement judgement = judge.judgement();
    EXPECT_EQ(judgement.verdict, api::Verdict::Continue);
    EXPECT_FALSE(judgement.harm || judgement.safe);
    EXPECT_THAT(judgement.metrics, IsEmpty());
    EXPECT_EQ(judgement.warning, "");
}

// A Guard whose profile cannot be used is Invalid; a past that is too young takes nothing from the comparison
// of the versions.
TEST(PastInARollout, AYoungPastLeavesAGuardToItsComparisonWithStable) {
    api::Metric score = driftMetric(.25);
    score.referenceFeature = "score";
    api::Analysis analysis = analysisOf({errorMetric(), score});
    analysis.recordOver = hours(24 * 7);
    Rig rig(analysis);
    api::Reference young;
    young.past.emplace().young["score"] = "score is recorded since today";
    rig.judge.setReference(std::make_shared<const api::Reference>(young));
    for (int i = 0; i < 8; ++i) {
        const api::Counts same = scores(std::vector<uint64_t>(10, 40));
        rig.tick({pod("s1", {{"errors", requests(300, 0)}, {"score", same}})},
                 {pod("c1", {{"errors", requests(300, 0)}, {"score", same}})});
    }
    EXPECT_EQ(rig.metric("score").verdict, api::Verdict::Safe);
    EXPECT_TRUE(rig.said().dataDrift->recording);
    EXPECT_EQ(rig.said().dataDrift->message, "score is recorded since today");
    EXPECT_FALSE(rig.said().noDataSince);
}

}  // namespace
}  // namespace serin::judge
