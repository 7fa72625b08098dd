#include "judge/effects.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "rig.h"

namespace serin::judge {
namespace {

// Both arms have `perBucket` observations in each of ten buckets, the canary's first ones a few more.
DriftEvidence tenBuckets(uint64_t perBucket, uint64_t moved) {
    DriftEvidence drift;
    drift.stable = {{.1, .2, .3, .4, .5, .6, .7, .8, .9}, std::vector<uint64_t>(10, perBucket)};
    drift.canary = drift.stable;
    drift.canary.buckets[0] += moved;
    drift.canary.buckets[9] -= moved;
    return drift;
}

bool hasAll(const std::map<std::string, double>& effects, const std::vector<std::string>& names) {
    return std::all_of(names.begin(), names.end(), [&](const auto& name) { return effects.contains(name); });
}

// What chance makes of each with ten equal buckets: a third of 0.1 from 1,359 observations an arm on for
// Kolmogorov's, 2,025 for the divergences, 2,579 for the total variation.
TEST(Effects, StandThereOnceChanceMakesLittleOfThem) {
    EXPECT_TRUE(effectsOf(tenBuckets(135, 0)).empty());
    EXPECT_EQ(effectsOf(tenBuckets(136, 0)).size(), 1U);
    EXPECT_TRUE(hasAll(effectsOf(tenBuckets(136, 0)), {"kolmogorovSmirnov"}));
    EXPECT_FALSE(effectsOf(tenBuckets(202, 0)).contains("hellinger"));
    EXPECT_TRUE(hasAll(effectsOf(tenBuckets(203, 0)), {"hellinger", "jensenShannon"}));
    EXPECT_FALSE(effectsOf(tenBuckets(257, 0)).contains("totalVariation"));
    EXPECT_TRUE(effectsOf(tenBuckets(258, 0)).contains("totalVariation"));
}

TEST(Effects, AreTheMeasuresOfTheStepsCounts) {
    const std::map<std::string, double> found = effectsOf(tenBuckets(1000, 100));
    ASSERT_TRUE(
        hasAll(found, {"totalVariation", "jensenShannon", "hellinger", "kolmogorovSmirnov", "wasserstein"}));
    EXPECT_NEAR(found.at("totalVariation"), .01, 1e-14);
    EXPECT_NEAR(found.at("kolmogorovSmirnov"), .01, 1e-14);
    EXPECT_GT(found.at("wasserstein"), .02);
    EXPECT_FALSE(found.contains("different"));
}

TEST(Effects, OfClassesHaveNoneThatNeedsAnOrder) {
    DriftEvidence drift = tenBuckets(1000, 0);
    drift.stable.edges.clear();
    drift.canary.edges.clear();
    drift.classes = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    const std::map<std::string, double> found = effectsOf(drift);
    EXPECT_EQ(found.size(), 3U);
    EXPECT_TRUE(hasAll(found, {"totalVariation", "jensenShannon", "hellinger"}));
}

TEST(Effects, OfWhatCannotBeComparedAreNone) {
    DriftEvidence drift = tenBuckets(1000, 0);
    drift.invalid = true;
    EXPECT_TRUE(effectsOf(drift).empty());
    EXPECT_TRUE(effectsOf(DriftEvidence{}).empty());
}

const std::vector<uint64_t> kStable{40, 20, 8, 5, 3, 3, 5, 8, 20, 40};
const std::vector<uint64_t> kMoved{48, 18, 7, 4, 2, 3, 4, 7, 18, 41};

void tick(Rig& rig, const std::vector<uint64_t>& canary) {
    rig.tick({pod("s1", {{"errors", requests(300, 0)}, {"score", scores(kStable)}})},
             {pod("c1", {{"errors", requests(150, 0)}, {"score", scores(canary)}})});
}

TEST(Effects, AreToldInTheMetricsSentence) {
    Rig rig(analysisOf({errorMetric(), driftMetric(1.0)}));
    for (int i = 0; i < 4; ++i) tick(rig, kMoved);
    EXPECT_FALSE(rig.metric("score").effects.contains("totalVariation"));
    EXPECT_EQ(rig.metric("score").message.find("total variation"), std::string::npos);
    for (int i = 0; i < 16; ++i) tick(rig, kMoved);
    EXPECT_TRUE(rig.metric("score").effects.contains("totalVariation"));
    EXPECT_NE(rig.metric("score").message.find(", safely below 1, total variation 5.9 %"), std::string::npos)
        << rig.metric("score").message;
    EXPECT_TRUE(rig.metric("errors").effects.empty());
}

TEST(Effects, ThatTheVersionsDifferAtAllIsSaidAndDecidesNothing) {
    Rig rig(analysisOf({errorMetric(), driftMetric(1.0)}));
    for (int i = 0; i < 10; ++i) tick(rig, kStable);
    EXPECT_EQ(rig.metric("score").message.find("differ"), std::string::npos);
    for (int i = 0; i < 100; ++i) tick(rig, kMoved);
    EXPECT_GT(rig.metric("score").effects.at("different"), std::log(100.0));
    EXPECT_NE(rig.metric("score").message.find("the distributions do differ, by how much is what counts"),
              std::string::npos)
        << rig.metric("score").message;
    EXPECT_EQ(rig.metric("score").verdict, api::Verdict::Safe);
    EXPECT_TRUE(rig.said().safe);
}

// The counts of a step are forgotten with it, the evidence of the attempt is not.
TEST(Effects, OfANewStepStartAnewButForWhetherTheVersionsDiffer) {
    Rig rig(analysisOf({errorMetric(), driftMetric(1.0)}));
    for (int i = 0; i < 60; ++i) tick(rig, kMoved);
    const double different = rig.metric("score").effects.at("different");
    rig.step(1);
    EXPECT_EQ(rig.metric("score").effects, (std::map<std::string, double>{{"different", different}}));
}

// The first count of a class cannot have been bet on: it joins the classes only afterwards.
TEST(Effects, AClassThatIsNewInBothVersionsMakesNoDifference) {
    api::Metric metric = driftMetric(std::nullopt);
    metric.name = "class";
    metric.byLabel = "class";
    Rig rig(analysisOf({errorMetric(), metric}));
    const auto both = [&](const std::map<std::string, uint64_t>& classes) {
        rig.tick({pod("s1", {{"errors", requests(100, 0)}, {"class", predicted(classes)}})},
                 {pod("c1", {{"errors", requests(100, 0)}, {"class", predicted(classes)}})});
    };
    for (int i = 0; i < 3; ++i) both({{"ham", 80}, {"spam", 20}});
    for (int i = 0; i < 3; ++i) both({{"ham", 70}, {"new", 10}, {"spam", 20}});
    EXPECT_LT(rig.metric("class").effects.at("different"), 1e-9);
    rig.restart();
    for (int i = 0; i < 20; ++i) {
        rig.tick(
            {pod("s1", {{"errors", requests(100, 0)}, {"class", predicted({{"ham", 70}, {"spam", 30}})}})},
            {pod("c1", {{"errors", requests(100, 0)}, {"class", predicted({{"ham", 70}, {"new", 30}})}})});
    }
    EXPECT_GT(rig.metric("class").effects.at("different"), std::log(100.0));
}

}  // namespace
}  // namespace serin::judge
