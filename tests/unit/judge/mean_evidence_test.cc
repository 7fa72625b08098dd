#include "judge/mean_evidence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rig.h"

namespace serin::judge {
namespace {

using api::Verdict;

Moments momentsOf(const std::vector<double>& values) {
    Moments out;
    for (const double value : values) out.add(value);
    return out;
}

// A published confidence sequence's one-sided radius for these values, error 0.05 and rho 0.5, turned around.
TEST(MeanEvidence, ReachesOneOverTheErrorAtTheRadiusOfTheConfidenceSequence) {
    std::vector<double> values{.1, .3, .2, .8, .5, .4, .9, .6, .2, .7};
    const Moments plain = momentsOf(values);
    EXPECT_NEAR(std::sqrt(plain.squares / 9), .275075747, 1e-8);
    for (double& value : values) value -= plain.mean - .251313119;
    EXPECT_NEAR(logMeanEvidence(momentsOf(values), .5), std::log(20.0), 1e-6);
}

TEST(MeanEvidence, IsOneOverTheErrorWhereTheRadiusEnds) {
    Moments values = momentsOf({.1, .3, .2, .8, .5, .4, .9, .6, .2, .7});
    EXPECT_NEAR(meanRadius(values, .5, .05), .251313119, 1e-8);
    for (const double error : {.2, .01, 1e-6}) {
        values.mean = meanRadius(values, .75, error);
        EXPECT_NEAR(logMeanEvidence(values, .75), -std::log(error), 1e-9) << error;
    }
    EXPECT_EQ(meanRadius(momentsOf({1}), .75, .01), 0);
}

TEST(MeanEvidence, SpeaksForNothingBelowTheNull) {
    EXPECT_EQ(logMeanEvidence(momentsOf({-1, -2, -3}), .5), -std::numeric_limits<double>::infinity());
    EXPECT_EQ(logMeanEvidence(momentsOf({1}), .5), 0);
    EXPECT_EQ(logMeanEvidence(momentsOf({1, 1, 1}), .5), 0) << "no spread, no measure";
}

TEST(MeanEvidence, OfHugeValuesStaysFinite) {
    EXPECT_TRUE(std::isfinite(logMeanEvidence(momentsOf({1e9, 1e9 + 1, 1e9 - 1}), .75)));
}

// Orders of about 50 with a common tide; the canary's are `factor` times as large.
class Orders {
  public:
    explicit Orders(Rig& rig) : rig_(rig) {}
    void tick(double factor) {
        const double tide = 1 + 0.2 * std::sin(0.05 * static_cast<double>(ticks_++));
        rig_.tick({pod("s1", {{"errors", requests(300, 0)}, {"value", some(90, 50 * tide)}}),
                   pod("s2", {{"errors", requests(300, 0)}, {"value", some(90, 50 * tide)}})},
                  {pod("c1", {{"errors", requests(150, 0)}, {"value", some(45, 50 * tide * factor)}})});
    }
    void minutes(int count, double factor) {
        for (int i = 0; i < 6 * count; ++i) tick(factor);
    }

  private:
    api::Counts some(uint64_t count, double mean) {
        return observed(count, static_cast<double>(count) * mean * (0.95 + 0.1 * random_.uniform()));
    }
    Rig& rig_;
    Random random_{7};
    int ticks_ = 0;
};

api::Analysis withValue() {
    return analysisOf({errorMetric(), valueMetric()});
}

TEST(Mean, OfTheCanaryThatIsLowerIsTakenBack) {
    Rig rig(withValue());
    Orders orders(rig);
    orders.minutes(9, .8);
    EXPECT_FALSE(rig.said().harm) << "nine minutes are too few to know the spread";
    orders.minutes(6, .8);
    ASSERT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.metric("value").verdict, Verdict::Harm);
    const std::string headline = rig.said().headline;
    EXPECT_NE(headline.find("mean value of the canary is "), std::string::npos) << headline;
    EXPECT_NE(headline.find("worse by more than 5.0 %"), std::string::npos) << headline;
}

TEST(Mean, LikeStablesBecomesSafeWhateverTideThereIs) {
    Rig rig(withValue());
    Orders orders(rig);
    orders.minutes(9, 1);
    EXPECT_EQ(rig.metric("value").verdict, Verdict::Continue);
    EXPECT_FALSE(rig.said().safe);
    EXPECT_NE(rig.metric("value").message.find("about 60 s more to judge"), std::string::npos)
        << rig.metric("value").message;
    orders.minutes(8, 1);
    EXPECT_EQ(rig.metric("value").verdict, Verdict::Safe) << rig.metric("value").message;
    EXPECT_TRUE(rig.said().safe);
    EXPECT_FALSE(rig.said().harm);
}

TEST(Mean, ThatIsBetterIsSafe) {
    Rig rig(withValue());
    Orders orders(rig);
    orders.minutes(16, 1.3);
    EXPECT_EQ(rig.metric("value").verdict, Verdict::Safe);
    EXPECT_FALSE(rig.said().harm);
}

TEST(Mean, WhoseHigherIsWorseLooksTheOtherWay) {
    api::Metric metric = valueMetric();
    metric.mean.lowerIsWorse = false;
    Rig rig(analysisOf({errorMetric(), metric}));
    Orders orders(rig);
    orders.minutes(16, 1.3);
    EXPECT_TRUE(rig.said().harm);
}

TEST(Mean, OfWarmingPodsIsLeftOut) {
    Rig rig(withValue());
    api::PodSample cold = pod("c1", {{"errors", requests(150, 0)}, {"value", observed(45, 45)}});
    cold.warm = false;
    for (int i = 0; i < 120; ++i) {
        rig.tick({pod("s1", {{"errors", requests(300, 0)}, {"value", observed(90, 4500)}})}, {cold});
    }
    EXPECT_EQ(rig.metric("value").verdict, Verdict::NoData);
    EXPECT_FALSE(rig.said().harm);
}

TEST(Mean, GoesOnBitForBitAfterARestart) {
    Rig whole(withValue());
    Rig broken(withValue());
    Orders a(whole);
    Orders b(broken);
    for (int i = 0; i < 90; ++i) {
        a.tick(.97);
        b.tick(.97);
        if (i % 7 == 0) broken.restart();
    }
    EXPECT_EQ(whole.said(), broken.said());
}

TEST(Mean, IsFalselyHarmedInFewOfManyRolloutsWithoutChange) {
    int harmed = 0;
    for (uint64_t seed = 0; seed < 200; ++seed) {
        api::Metric metric = valueMetric();
        metric.worseChange = 0;  // the null itself
        api::Analysis analysis = analysisOf({metric});
        analysis.falseAlarm = .05;
        Rig rig(analysis);
        Random random(seed);
        const auto some = [&](uint64_t count) {
            double sum = 0;
            for (int i = 0; i < 6; ++i) sum += random.uniform();
            return observed(count, static_cast<double>(count) * (47 + sum));
        };
        for (int i = 0; i < 180 && !rig.said().harm; ++i) {
            rig.tick({pod("s1", {{"value", some(90)}})}, {pod("c1", {{"value", some(45)}})});
        }
        harmed += rig.said().harm ? 1 : 0;
    }
    EXPECT_LE(harmed, 19) << "5 % of 200 and three standard deviations";
}

}  // namespace
}  // namespace serin::judge
