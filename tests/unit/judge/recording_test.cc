#include "judge/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "judge/recording_lines.h"
#include "recorded_rollout.h"

namespace serin::judge {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Recording, IsItsHeadAndWhatCameAfterIt) {
    Recording recording;
    EXPECT_TRUE(recording.empty());
    EXPECT_FALSE(recording.append("lost")) << "nothing has begun";
    recording.begin("head\n");
    EXPECT_TRUE(recording.append("one"));
    EXPECT_TRUE(recording.append("two"));
    EXPECT_EQ(recording.text("ml/fraud"), "serin-recording/4\n# ml/fraud\nhead\none\ntwo\n");
}

TEST(Recording, LeavesTheOlderHalfOutBeyondItsBound) {
    Recording recording(20);
    recording.begin("A\n");
    EXPECT_TRUE(recording.append("aaa"));
    EXPECT_FALSE(recording.append("bbb")) << "half of the room";
    recording.begin("C\n");
    EXPECT_TRUE(recording.append("ccc"));
    EXPECT_EQ(recording.text(""), "serin-recording/4\n# \nA\naaa\nbbb\nccc\n")
        << "it goes on, so no other head";
    EXPECT_FALSE(recording.append("ddd"));
    EXPECT_EQ(recording.size(), 20u);
    recording.begin("E\n");
    EXPECT_TRUE(recording.append("eee"));
    EXPECT_EQ(recording.text(""), "serin-recording/4\n# \nC\nccc\nddd\neee\n");
}

TEST(Recording, KeepsNothingOfALineThatIsLongerThanAllOfIt) {
    Recording recording(20);
    recording.begin("A\n");
    EXPECT_TRUE(recording.append("a"));
    EXPECT_FALSE(recording.append(std::string(100, 'b')));
    EXPECT_TRUE(recording.empty());
    EXPECT_EQ(recording.size(), 0u);
    recording.begin(std::string(100, 'C') + "\n");
    EXPECT_TRUE(recording.empty()) << "nor of such a head";
    recording.begin("D\n");
    EXPECT_TRUE(recording.append("d"));
    EXPECT_EQ(recording.text(""), "serin-recording/4\n# \nD\nd\n");
}

TEST(RecordingLines, EachComesBackAsItWas) {
    RandomRollout rollout(1);
    rollout.order = {api::JudgeMode::Compare, "old", "new", 3, 2, Timestamp(Duration(1700000000123))};
    for (int i = 0; i < 50; ++i) {
        const std::string line = lineOf(rollout.nextStratum());
        const auto read = readLine(line);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(lineOf(std::get<api::Stratum>(*read)), line);
    }
    EXPECT_EQ(std::get<api::JudgeOrder>(*readLine(lineOf(rollout.order))), rollout.order);
    const Said said{api::Verdict::Harm, 1.0 / 3, "0123456789abcdef"};
    EXPECT_EQ(std::get<Said>(*readLine(lineOf(said))), said);
    EXPECT_EQ(std::get<Remark>(*readLine(lineOf(Remark{"ml/fraud, by 0.1"}))).text, "ml/fraud, by 0.1");
    EXPECT_EQ(std::get<RestoredState>(*readLine("state serin-judge/3 1 2")).text, "serin-judge/3 1 2");
}

TEST(RecordingLines, AnAnalysisComesBackWithAllThatIsJudgedBy) {
    api::Analysis analysis = everyKind();
    analysis.interval = std::chrono::seconds(17);
    analysis.warmUp = std::chrono::seconds(1);
    analysis.deadline = std::chrono::seconds(2);
    analysis.onInconclusive = api::OnInconclusive::Rollback;
    analysis.holdAtMost = std::chrono::seconds(3);
    analysis.minRequests = 4'000'000'000;
    analysis.falseAlarm = 0.02;
    analysis.missedHarm = 0.1;
    analysis.dryRun = true;
    analysis.metrics[0].limitForm.burnRate = api::BurnRate{99.9, 14.4};
    analysis.metrics[1].limitForm.quantile = 0.99;
    analysis.metrics[2].referenceFeature = "score";
    analysis.metrics[2].referencePsi = 0.3;
    analysis.metrics[3].limitForm.min = 0.02;
    const auto read = readLine(lineOf(analysis));
    ASSERT_TRUE(read) << read.error().message;
    const auto& found = std::get<api::Analysis>(*read);
    EXPECT_EQ(found.interval, analysis.interval);
    EXPECT_EQ(found.warmUp, analysis.warmUp);
    EXPECT_EQ(found.deadline, analysis.deadline);
    EXPECT_EQ(found.onInconclusive, analysis.onInconclusive);
    EXPECT_EQ(found.holdAtMost, analysis.holdAtMost);
    EXPECT_EQ(found.minRequests, analysis.minRequests);
    EXPECT_EQ(found.falseAlarm, analysis.falseAlarm);
    EXPECT_EQ(found.missedHarm, analysis.missedHarm);
    EXPECT_EQ(found.dryRun, analysis.dryRun);
    EXPECT_EQ(found.metrics, analysis.metrics);
}

TEST(RecordingLines, TheAddressOfAPrometheusIsNotRecorded) {
    api::Analysis analysis = everyKind();
    analysis.prometheus = api::PrometheusSource{"http://prometheus.monitoring:9090"};
    EXPECT_THAT(lineOf(analysis), Not(HasSubstr("monitoring")));
}

TEST(RecordingLines, ADigestTellsJudgementsApartThatDifferInOneBit) {
    api::Judgement judgement;
    judgement.metrics.resize(1);
    const Said said = saidIn(judgement);
    EXPECT_EQ(saidIn(judgement), said);
    api::Judgement other = judgement;
    other.metrics[0].ratioHigh = 5e-324;
    EXPECT_NE(saidIn(other).digest, said.digest);
    other = judgement;
    other.state = "x";
    EXPECT_NE(saidIn(other).digest, said.digest);
    other = judgement;
    other.evidence = std::nextafter(0.0, 1.0);
    EXPECT_NE(saidIn(other).digest, said.digest);
}

TEST(RecordingLines, WhatIsNoneIsRefusedWithAReason) {
    const auto reason = [](const std::string& line) {
        const auto read = readLine(line);
        return read ? std::string("was read") : read.error().message;
    };
    EXPECT_THAT(reason(""), HasSubstr("begins with none of the words"));
    EXPECT_THAT(reason("verdict Harm"), HasSubstr("begins with none of the words"));
    EXPECT_THAT(reason("order"), HasSubstr("\"order\" is cut short or was changed"));
    EXPECT_THAT(reason("order 2 =old =new 1 0"), HasSubstr("cut short"));
    EXPECT_THAT(reason("order 2 =old =new 1 0 0 1"), HasSubstr("cut short or was changed"))
        << "a word too many";
    EXPECT_THAT(reason("stratum 1 2 x"), HasSubstr("\"stratum\" is cut short"));
    EXPECT_THAT(reason("analysis 99999999999999"), HasSubstr("\"analysis\" is cut short"));
    EXPECT_THAT(reason("said Harm 1"), HasSubstr("needs a verdict"));
    EXPECT_THAT(reason("said Maybe 1 0123456789abcdef"), HasSubstr("no verdict \"Maybe\""));
    EXPECT_THAT(reason("said Harm 1.5 0123456789abcdef"), HasSubstr("\"1.5\" is no number of a recording"));
    EXPECT_THAT(reason("said Harm 1 0123"), HasSubstr("has not 16 characters"));
}

TEST(RecordingLines, AStratumOfNoTimeIsRefused) {
    RandomRollout rollout(1);
    api::Stratum stratum = rollout.nextStratum();
    stratum.to = Timestamp::max();
    EXPECT_FALSE(readLine(lineOf(stratum)));
    stratum.to = stratum.from;
    EXPECT_TRUE(readLine(lineOf(stratum))) << "a clock may stand still or be set back";
    stratum.from = Timestamp(Duration(-1));
    EXPECT_FALSE(readLine(lineOf(stratum)));
}

TEST(RecordingLines, WhoIsAskedAQueryIsNotRecorded) {
    api::Analysis analysis = everyKind();
    analysis.metrics.back().query.source = api::PrometheusSource{"http://prometheus.monitoring:9090"};
    EXPECT_THAT(lineOf(analysis), Not(HasSubstr("monitoring")));
    EXPECT_THAT(lineOf(analysis), HasSubstr("order_value"));
}

TEST(RecordingLines, ALookWithoutANumberAndAReasonOrWithBothIsRefused) {
    const auto reads = [](const api::Look& look) {
        api::Stratum stratum = RandomRollout(1).nextStratum();
        stratum.looks["order-value"] = {look};
        return readLine(lineOf(stratum)).ok();
    };
    EXPECT_TRUE(reads({Timestamp{}, 1.5, ""}));
    EXPECT_TRUE(reads({Timestamp{}, std::nullopt, "HTTP 503"}));
    EXPECT_FALSE(reads({Timestamp{}, std::nullopt, ""}));
    EXPECT_FALSE(reads({Timestamp{}, 1.5, "HTTP 503"}));
    EXPECT_FALSE(reads({Timestamp{}, std::nan(""), ""}));
    EXPECT_FALSE(reads({Timestamp{}, HUGE_VAL, ""}));
}

TEST(RecordingLines, AHistogramThatDoesNotFitItsEdgesIsRefused) {
    RandomRollout rollout(1);
    api::Stratum stratum = rollout.nextStratum();
    stratum.stable[0].counts["latency"].buckets.pop_back();
    EXPECT_FALSE(readLine(lineOf(stratum)));
    stratum = rollout.nextStratum();
    stratum.stable[0].counts["class"].classes.push_back("one more");
    EXPECT_FALSE(readLine(lineOf(stratum)));
}

}  // namespace
}  // namespace serin::judge
