#include "judge/blame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "judge/memory.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::BlamedLabel;
using api::LabelCount;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Blame blameOf(const Past& past, std::vector<Blame::Row> rows) {
    Blame out;
    out.past = past;
    out.rows = std::move(rows);
    return out;
}

std::vector<std::string> valuesOf(const std::vector<Blame::Row>& rows) {
    std::vector<std::string> out;
    out.reserve(rows.size());
    for (const Blame::Row& row : rows) out.push_back(row.value);
    return out;
}

TEST(Blame, IsOfWhatTheCanaryHasBeyondStablesShare) {
    Blame blame;
    blame.add(blameOf({100, 30, 300, 60}, {{"status", "500", 20, 60}, {"status", "503", 10, 0}}));
    EXPECT_DOUBLE_EQ(blame.excess(), 10);
    EXPECT_DOUBLE_EQ(blame.excess(blame.rows[0]), 0);
    EXPECT_DOUBLE_EQ(blame.excess(blame.rows[1]), 10);
    EXPECT_THAT(valuesOf(blame.worst(4)), ElementsAre("503"));
}

TEST(Blame, IsOfAllThatIsBadWhereStableCountedNothingOrIsAsBad) {
    Blame blame;
    blame.add(blameOf({100, 30, 0, 0}, {{"status", "500", 20, 0}, {"status", "503", 10, 0}}));
    EXPECT_DOUBLE_EQ(blame.excess(), 30);
    EXPECT_THAT(valuesOf(blame.worst(4)), ElementsAre("500", "503"));
    EXPECT_THAT(valuesOf(blame.worst(1)), ElementsAre("500"));
    blame.add(blameOf({0, 0, 100, 30}, {{"status", "500", 0, 30}}));
    EXPECT_DOUBLE_EQ(blame.excess(), 30) << "both err alike, beyond a limit that both pass";
}

TEST(Blame, NamesNoValueWithLessThanATenthOfTheExcess) {
    Blame blame;
    blame.add(
        blameOf({100, 30, 100, 0}, {{"path", "/a", 27, 0}, {"path", "/b", 2, 0}, {"path", "/c", 1, 0}}));
    EXPECT_THAT(valuesOf(blame.worst(4)), ElementsAre("/a"));
}

TEST(Blame, GrowsByEveryIntervalAndDoesNotDependOnTheOrderOfPods) {
    std::vector<Blame::Row> rows{
        {"status", "500", 3, 0}, {"path", "/b", 1, 0}, {"status", "500", 0, 4}, {"path", "/a", 2, 4}};
    Blame one, other;
    for (int i = 0; i < 3; ++i) {
        one.add(blameOf({10, 3, 20, 4}, rows));
        std::ranges::reverse(rows);
        other.add(blameOf({10, 3, 20, 4}, rows));
    }
    EXPECT_EQ(one, other);
    EXPECT_EQ(one.rows, (std::vector<Blame::Row>{
                            {"path", "/a", 6, 12}, {"path", "/b", 3, 0}, {"status", "500", 9, 12}}));
    EXPECT_EQ(one.past, (Past{30, 9, 60, 12}));
}

TEST(Blame, StaysWhereAnIntervalSaysNothing) {
    Blame slow = blameOf({100, 30, 300, 60}, {{"path", "/infer", 30, 60}});
    slow.above = 0.5;
    Blame blame;
    blame.add(slow);
    blame.add(Blame());
    EXPECT_EQ(blame, slow);
    Blame another = slow;
    another.above = 0.25;
    blame.add(another);
    EXPECT_EQ(blame, another) << "another edge is another question";
}

TEST(Blame, IsBoundedHoweverManyValuesThereAre) {
    Blame blame;
    for (int tick = 0; tick < 50; ++tick) {
        Blame interval = blameOf({1000, 500, 1000, 0}, {{"status", "503", 300, 0}});
        for (int i = 0; i < 200; ++i) {
            for (const char* label : {"user", "path", "trace"})
                interval.rows.push_back({label, cat(tick, "-", i), 1, 0});
        }
        blame.add(interval);
        ASSERT_LE(blame.rows.size(), api::kMostLabels * Blame::kMostBlamedValues);
    }
    EXPECT_THAT(valuesOf(blame.worst(4)), ElementsAre("503"));
}

TEST(Blame, ForgetsWhatWasAboutAnotherEdge) {
    Blame blame, interval = blameOf({10, 5, 10, 0}, {{"path", "/a", 5, 0}});
    interval.above = 0.25;
    blame.add(interval);
    blame.add(interval);
    EXPECT_EQ(blame.past.canaryBad, 10);
    interval.above = 0.5;
    blame.add(interval);
    EXPECT_EQ(blame.past.canaryBad, 5);
    EXPECT_EQ(blame.above, 0.5);
}

// Requests, and the bad ones by label value.
api::Counts labelled(uint64_t total, const std::vector<LabelCount>& labels) {
    api::Counts counts;
    counts.total = total;
    for (const LabelCount& label : labels) {
        if (label.label == "status") counts.bad += label.bad;
    }
    counts.labels = api::gathered(labels);
    return counts;
}

void tick(Rig& rig, const api::Counts& canary, const api::Counts& stable) {
    rig.tick({pod("s1", {{"errors", stable}}), pod("s2", {{"errors", stable}})},
             {pod("c1", {{"errors", canary}})});
}

const api::Counts kStableErrs =
    labelled(300, {{"status", "500", 3}, {"path", "/infer", 1}, {"path", "/health", 2}});
// One status more than stable has, all on one path.
const api::Counts kCanaryErrs = labelled(
    300, {{"status", "500", 3}, {"status", "503", 27}, {"path", "/infer", 28}, {"path", "/health", 2}});

TEST(BlameOfAVerdict, StandsInTheMessageInTheReasonAndInNumbers) {
    Rig rig(analysisOf({errorMetric()}));
    rig.ticksUntilHarm(20, [&] { tick(rig, kCanaryErrs, kStableErrs); });
    ASSERT_TRUE(rig.said().harm);
    const api::MetricVerdict said = rig.metric("errors");
    const auto count = [&](const std::string& value) {
        const auto found = std::ranges::find(said.labels, value, &BlamedLabel::value);
        return found == said.labels.end() ? BlamedLabel{} : *found;
    };
    const uint64_t ticks = count("503").canary / 27;
    ASSERT_GT(ticks, 0u);
    EXPECT_EQ(count("503"), (BlamedLabel{"status", "503", 27 * ticks, 0}));
    EXPECT_EQ(count("/infer"), (BlamedLabel{"path", "/infer", 28 * ticks, 2 * ticks}));
    EXPECT_EQ(said.labels.size(), 2u) << "what both have alike is no part of it";
    const std::string note = cat("; most of it with path=\"/infer\" (", 28 * ticks, " of ", 30 * ticks,
                                 " errors) and status=\"503\" (", 27 * ticks, " of ", 30 * ticks, ")");
    EXPECT_THAT(said.message, EndsWith(note));
    EXPECT_THAT(rig.said().headline, EndsWith("(one pod)" + note));
}

TEST(BlameOfAVerdict, ChangesNoVerdictAndNoEvidence) {
    Rig with(analysisOf({errorMetric()})), without(analysisOf({errorMetric()}));
    api::Counts canary = kCanaryErrs, stable = kStableErrs;
    canary.labels.clear();
    stable.labels.clear();
    for (int i = 0; i < 12; ++i) {
        tick(with, kCanaryErrs, kStableErrs);
        tick(without, canary, stable);
        EXPECT_EQ(with.said().evidence, without.said().evidence);
        EXPECT_EQ(with.said().verdict, without.said().verdict);
        EXPECT_EQ(with.said().safe, without.said().safe);
    }
    EXPECT_THAT(without.metric("errors").message, Not(HasSubstr("most of it")));
    EXPECT_THAT(without.metric("errors").labels, IsEmpty());
}

TEST(BlameOfAVerdict, IsSilentWhileTheCanaryIsNotWorse) {
    Rig rig(analysisOf({errorMetric()}));
    for (int i = 0; i < 30; ++i) {
        tick(rig, kStableErrs, kStableErrs);
        EXPECT_THAT(rig.metric("errors").labels, IsEmpty());
        EXPECT_THAT(rig.metric("errors").message, Not(HasSubstr("most of it")));
    }
}

TEST(BlameOfAVerdict, IsOfTheTimeSinceItGotWorse) {
    Rig rig(analysisOf({errorMetric()}));
    const api::Counts usual = labelled(300, {{"status", "500", 6}});
    for (int i = 0; i < 40; ++i) tick(rig, usual, usual);
    rig.ticksUntilHarm(40, [&] {
        tick(rig, labelled(300, {{"status", "500", 6}, {"status", "504", 24}}), usual);
    });
    ASSERT_TRUE(rig.said().harm);
    ASSERT_EQ(rig.metric("errors").labels.size(), 1u);
    const BlamedLabel said = rig.metric("errors").labels[0];
    EXPECT_EQ(said.value, "504");
    EXPECT_EQ(rig.judge.memory().attempt.metrics[0].blame.past.canaryBad,
              30.0 * static_cast<double>(said.canary) / 24)
        << "the forty intervals before are not counted";
}

TEST(BlameOfAVerdict, SurvivesARestart) {
    Rig rig(analysisOf({errorMetric()}));
    rig.ticksUntilHarm(20, [&] { tick(rig, kCanaryErrs, kStableErrs); });
    const api::Judgement before = rig.said();
    rig.restart();
    EXPECT_EQ(rig.said(), before);
    EXPECT_EQ(rig.metric("errors").labels.size(), 2u);
}

TEST(BlameOfAVerdict, AfterAPromotionIsOfTheLargestCounts) {
    Rig rig(analysisOf({errorMetric()}));
    const api::Counts usual = labelled(600, {{"status", "500", 1}});
    for (int i = 0; i < 10; ++i) tick(rig, usual, usual);
    rig.mode(api::JudgeMode::Soak);
    const api::Counts worse = labelled(600, {{"status", "500", 2}, {"status", "503", 60}});
    rig.ticksUntilHarm(20, [&] { rig.tick({}, {pod("c1", {{"errors", worse}})}); });
    ASSERT_TRUE(rig.said().harm);
    EXPECT_THAT(rig.said().headline, HasSubstr("; most of it with status=\"503\" ("));
    ASSERT_EQ(rig.metric("errors").labels.size(), 1u);
    EXPECT_EQ(rig.metric("errors").labels[0].stable, 0u);
}

TEST(BlameOfAVerdict, OfALatencyNamesTheEdgeThatItIsAbout) {
    Rig rig(analysisOf({errorMetric(), latencyMetric()}));
    const auto timed = [](std::vector<uint64_t> buckets, uint64_t ofA, uint64_t ofB) {
        api::Counts counts = histogram({.1, .25, .5}, std::move(buckets));
        counts.badAbove = .25;
        counts.labels = api::gathered({{"path", "/a", ofA}, {"path", "/b", ofB}});
        return counts;
    };
    const api::Counts usual = timed({180, 18, 1, 1}, 1, 1), slow = timed({160, 10, 20, 10}, 3, 27);
    const auto both = [](const std::string& uid, const api::Counts& latency) {
        return pod(uid, {{"errors", requests(200, 0)}, {"latency", latency}});
    };
    rig.ticksUntilHarm(20, [&] { rig.tick({both("s1", usual), both("s2", usual)}, {both("c1", slow)}); });
    ASSERT_TRUE(rig.said().harm);
    EXPECT_THAT(rig.said().headline, HasSubstr("; most of it with path=\"/b\" ("));
    EXPECT_THAT(rig.said().headline, HasSubstr(" requests above 0.25 s)"));
    EXPECT_THAT(rig.metric("latency").message, HasSubstr("; most of it with path=\"/b\" ("));
    ASSERT_FALSE(rig.metric("latency").labels.empty());
    EXPECT_EQ(rig.metric("latency").labels[0].value, "/b");
}

TEST(BlameOfAVerdict, BeginsAnewWithoutThePodThatWasReplaced) {
    Rig rig(analysisOf({errorMetric()}));
    const auto counts = [](const api::Counts& of) {
        return std::map<std::string, api::Counts>{{"errors", of}};
    };
    for (int i = 0; i < 3; ++i) {
        rig.tick({pod("s1", counts(kStableErrs)), pod("s2", counts(kStableErrs))},
                 {pod("c1", counts(kCanaryErrs)), pod("c2", counts(kStableErrs))});
    }
    ASSERT_FALSE(rig.judge.memory().attempt.metrics[0].blame.rows.empty());
    api::JudgeOrder order = rig.order();
    order.without = "pod-c1";
    rig.order(order);
    EXPECT_EQ(rig.judge.memory().attempt.metrics[0].blame, Blame());
}

}  // namespace
}  // namespace serin::judge
