#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "judge/reference_evidence.h"
#include "rig.h"

namespace serin::judge {
namespace {

using api::DataState;
using api::JudgeMode;
using api::Verdict;
using testing::AllOf;
using testing::HasSubstr;

constexpr size_t kBuckets = 10;

// Shares of ten buckets whose index against equal shares is `psi`: half of them grow by a, half shrink by a,
// and the index of that is a/2·ln((1 + a)/(1 - a)), solved for a by halving.
std::vector<double> sharesAt(double psi) {
    double low = 0;
    double high = 0.999;
    for (int i = 0; i < 60; ++i) {
        const double a = (low + high) / 2;
        (a / 2 * std::log((1 + a) / (1 - a)) < psi ? low : high) = a;
    }
    std::vector<double> out(kBuckets, (1 - low) / kBuckets);
    for (size_t i = 0; i < kBuckets / 2; ++i) out[i] = (1 + low) / kBuckets;
    return out;
}

std::vector<uint64_t> drawn(Random& random, const std::vector<double>& shares, int count) {
    std::vector<uint64_t> out(shares.size(), 0);
    for (int i = 0; i < count; ++i) {
        double left = random.uniform();
        size_t bucket = 0;
        while (bucket + 1 < shares.size() && left >= shares[bucket]) left -= shares[bucket++];
        ++out[bucket];
    }
    return out;
}

std::vector<uint64_t> equally(uint64_t each) {
    return std::vector<uint64_t>(kBuckets, each);
}

struct Window {
    bool drifted = false;
    bool within = false;
};

// One whole window of one pod.
Window windowOf(Random& random, const api::Counts& profile, const std::vector<double>& shares, int perTick) {
    ReferenceEvidence evidence;
    Window out;
    for (uint64_t i = 0; i < ReferenceEvidence::kWindowIntervals; ++i) {
        const api::Counts counts = scores(drawn(random, shares, perTick));
        evidence.add({profile, .25, .01, .05}, {{"p", &counts, true, std::chrono::hours(1)}}, 10);
        out.drifted = out.drifted || evidence.state == DataState::Drifted;
        out.within = out.within || evidence.state == DataState::Within;
    }
    return out;
}

TEST(Reference, ValuesOfTheProfileAreWithinItInEachOfTwoHundredWindows) {
    Random random(1);
    int within = 0;
    for (int i = 0; i < 200; ++i) {
        const api::Counts profile = scores(drawn(random, sharesAt(0), 2000));
        const Window window = windowOf(random, profile, sharesAt(0), 20);
        EXPECT_FALSE(window.drifted) << i;
        within += window.within ? 1 : 0;
    }
    EXPECT_EQ(within, 200);
}

// Seven or more of 200 have a probability below 0.5 % where each has 1 %.
TEST(Reference, ADriftOfJustTheThresholdIsCalledOneInNoMoreThanOnePercentOfTheWindows) {
    Random random(2);
    int drifted = 0;
    for (int i = 0; i < 200; ++i) {
        const api::Counts profile = scores(drawn(random, sharesAt(0), 2000));
        drifted += windowOf(random, profile, sharesAt(.25), 20).drifted ? 1 : 0;
    }
    EXPECT_LT(drifted, 7);
}

TEST(Reference, ARealDriftIsFoundInNearlyEveryWindow) {
    Random random(3);
    int drifted = 0;
    for (int i = 0; i < 50; ++i) {
        const api::Counts profile = scores(drawn(random, sharesAt(0), 2000));
        drifted += windowOf(random, profile, sharesAt(.5), 30).drifted ? 1 : 0;
    }
    EXPECT_GE(drifted, 48);
}

int intervalsUntilFirstLook(const api::Counts& profile) {
    ReferenceEvidence evidence;
    const api::Counts counts = scores(equally(1));
    int intervals = 0;
    for (; evidence.looks == 0 && intervals < 60; ++intervals) {
        evidence.add({profile, .25, .01, .05}, {{"p", &counts, true, std::chrono::hours(1)}}, 10);
    }
    return intervals;
}

// 9·(1/n + 1/m) <= 0.25/3 needs 109 values beside 10,000 of the profile and 387 beside 150; ten a tick.
TEST(Reference, ASmallProfileNeedsMoreValuesBeforeAnythingIsSaid) {
    EXPECT_EQ(intervalsUntilFirstLook(scores(equally(1000))), 11);
    EXPECT_EQ(intervalsUntilFirstLook(scores(equally(15))), 39);
}

TEST(Reference, AProfileThatIsTooSmallForItsBucketsSaysSoForEver) {
    ReferenceEvidence evidence;
    const api::Counts counts = scores(equally(100));
    const api::Counts profile = scores(equally(5));
    evidence.add({profile, .25, .01, .05}, {{"p", &counts, true, std::chrono::hours(1)}}, 10);
    EXPECT_EQ(evidence.looks, 0);
    EXPECT_THAT(evidence.trouble,
                AllOf(HasSubstr("counts 50 values in 10 buckets"), HasSubstr("at least 108")));
}

TEST(Reference, ColdPodsDoNotCount) {
    ReferenceEvidence evidence;
    const api::Counts counts = scores(equally(100));
    const api::Counts profile = scores(equally(100));
    evidence.add({profile, .25, .01, .05}, {{"p", &counts, false, Duration{0}}}, 10);
    EXPECT_EQ(evidence.live.total(), 0);
}

// Rollouts whose score metric is compared with a profile of equal buckets.
class ReferenceJudge : public testing::Test {
  protected:
    static api::Analysis analysis(std::optional<double> psi = std::nullopt) {
        api::Metric score = driftMetric(psi);
        score.referenceFeature = "score";
        api::Analysis out = analysisOf({errorMetric(), score});
        out.reference = api::ConfigMapKey{"training", "profile.json"};
        return out;
    }
    static std::shared_ptr<const api::Reference> profileOf(const api::Counts& feature,
                                                           const std::string& digest = "d") {
        api::Profile profile;
        profile.features["score"] = feature;
        profile.digest = digest;
        return std::make_shared<api::Reference>(api::Reference{profile, ""});
    }
    static std::shared_ptr<const api::Reference> unreadable(const std::string& why) {
        return std::make_shared<api::Reference>(api::Reference{std::nullopt, why});
    }
    static void tick(Rig& rig, const std::vector<uint64_t>& stable, const std::vector<uint64_t>& canary) {
        rig.tick({pod("s1", {{"errors", requests(300, 0)}, {"score", scores(stable)}})},
                 {pod("c1", {{"errors", requests(300, 0)}, {"score", scores(canary)}})});
    }
    const api::Counts even = scores(equally(1000));
    const std::vector<uint64_t> same = equally(20);
    const std::vector<uint64_t> moved{2, 4, 8, 12, 16, 20, 26, 32, 40, 40};
};

TEST_F(ReferenceJudge, WithoutAReferenceNothingIsSaidOfTheData) {
    Rig rig(analysisOf({errorMetric(), driftMetric(1.0)}));
    tick(rig, moved, moved);
    EXPECT_FALSE(rig.said().dataDrift.has_value());
}

TEST_F(ReferenceJudge, WhenBothVersionsLeaveTheProfileAlikeTheWorldMovedAndTheCanaryIsSafe) {
    Rig rig(analysis(1.0));
    rig.judge.setReference(profileOf(even));
    for (int i = 0; i < 8; ++i) tick(rig, moved, moved);
    const api::DataDrift drift = rig.said().dataDrift.value();
    EXPECT_EQ(drift.state, DataState::Drifted);
    EXPECT_EQ(drift.metric, "score");
    EXPECT_GT(drift.psi, .25);
    EXPECT_THAT(drift.message, AllOf(HasSubstr("score of the version that serves has left the profile: PSI "),
                                     HasSubstr(" > 0.25, most by up to 0.1 (1.0 % against 10.0 %)"),
                                     HasSubstr("the data changed, not the model")));
    EXPECT_TRUE(rig.said().safe);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Safe);
}

TEST_F(ReferenceJudge, WhenTheCanaryAloneLeavesTheProfileTheModelChangedAndNotTheWorld) {
    Rig rig(analysis(.25));
    rig.judge.setReference(profileOf(even));
    for (int i = 0; i < 8; ++i) tick(rig, same, {1, 1, 1, 1, 1, 1, 1, 3, 90, 100});
    EXPECT_EQ(rig.said().dataDrift->state, DataState::Within);
    EXPECT_TRUE(rig.said().harm);
    EXPECT_THAT(rig.metric("score").message,
                HasSubstr("; against the profile stable's PSI is 0 and the canary's "));
}

TEST_F(ReferenceJudge, NothingIsKnownBeforeEnoughWasCounted) {
    Rig rig(analysis());
    rig.judge.setReference(profileOf(even));
    tick(rig, equally(2), same);
    EXPECT_EQ(rig.said().dataDrift->state, DataState::Unknown);
    EXPECT_THAT(rig.said().dataDrift->message, HasSubstr("too few values"));
}

TEST_F(ReferenceJudge, ADriftStaysUntilALaterWindowIsWithinTheProfile) {
    Rig rig(analysis());
    rig.judge.setReference(profileOf(even));
    tick(rig, moved, moved);
    ASSERT_EQ(rig.said().dataDrift->state, DataState::Drifted);
    for (uint64_t i = 1; i < ReferenceEvidence::kWindowIntervals; ++i) {
        tick(rig, same, same);
        ASSERT_EQ(rig.said().dataDrift->state, DataState::Drifted) << i;
    }
    tick(rig, same, same);
    EXPECT_EQ(rig.said().dataDrift->state, DataState::Within);
}

TEST_F(ReferenceJudge, StableIsComparedBeforeTheRolloutAndThePromotedVersionAfterIt) {
    Rig rig(analysis());
    rig.judge.setReference(profileOf(even));
    rig.mode(JudgeMode::Evaluate);
    rig.tick({pod("s1", {{"score", scores(moved)}})}, {});
    EXPECT_EQ(rig.said().dataDrift->state, DataState::Drifted);

    Rig after(analysis());
    after.judge.setReference(profileOf(even));
    tick(after, same, same);
    ASSERT_EQ(after.said().dataDrift->state, DataState::Within);
    after.mode(JudgeMode::Soak);
    after.tick({}, {pod("c1", {{"errors", requests(300, 0)}, {"score", scores(moved)}})});
    EXPECT_EQ(after.said().dataDrift->state, DataState::Drifted);
    EXPECT_THAT(after.said().dataDrift->message, HasSubstr("or the profile is not of this version"));
}

TEST_F(ReferenceJudge, AProfileAmongTheFilesOfTheModelIsOfTheVersionThatServes) {
    api::Analysis ofFiles = analysis();
    ofFiles.reference.reset();
    ofFiles.referenceFile = "profile.json";
    Rig rig(ofFiles);
    rig.judge.setReference(profileOf(even));
    rig.mode(JudgeMode::Soak);
    rig.tick({}, {pod("c1", {{"errors", requests(300, 0)}, {"score", scores(moved)}})});
    EXPECT_EQ(rig.said().dataDrift->state, DataState::Drifted);
    EXPECT_THAT(rig.said().dataDrift->message, ::testing::EndsWith("; the data changed, not the model"));
}

TEST_F(ReferenceJudge, AGuardWhoseProfileCannotBeReadHoldsAndIsInvalid) {
    Rig rig(analysis(1.0));
    rig.judge.setReference(unreadable("there is no ConfigMap \"training\""));
    for (int i = 0; i < 8; ++i) tick(rig, same, same);
    EXPECT_TRUE(rig.said().noDataSince.has_value());
    EXPECT_FALSE(rig.said().safe);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Invalid);
    EXPECT_EQ(rig.said().holding, "score: there is no ConfigMap \"training\"");
    EXPECT_EQ(rig.said().dataDrift->trouble, "score: there is no ConfigMap \"training\"");
    rig.judge.setReference(profileOf(even));
    tick(rig, same, same);
    EXPECT_FALSE(rig.said().noDataSince.has_value());
}

TEST_F(ReferenceJudge, AnObserverWhoseProfileCannotBeReadIsInvalidAndTheOthersGoOn) {
    Rig rig(analysis());
    rig.judge.setReference(unreadable("there is no ConfigMap \"training\""));
    for (int i = 0; i < 8; ++i) tick(rig, same, same);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Invalid);
    EXPECT_FALSE(rig.said().noDataSince.has_value());
    EXPECT_TRUE(rig.said().safe);
}

TEST_F(ReferenceJudge, AGuardAgainstACollapseAloneNeedsNoProfile) {
    api::Analysis alone = analysis();
    alone.metrics.back().collapse = true;
    Rig rig(alone);
    rig.judge.setReference(unreadable("there is no ConfigMap \"training\""));
    for (int i = 0; i < 8; ++i) tick(rig, same, same);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Safe);
    EXPECT_THAT(rig.metric("score").message, HasSubstr("there is no ConfigMap"));
    EXPECT_FALSE(rig.said().noDataSince.has_value());
    EXPECT_TRUE(rig.said().safe);
}

TEST_F(ReferenceJudge, AGuardWhoseProfileCannotBeReadStillFindsHarmAgainstStable) {
    Rig rig(analysis(1.0));
    rig.judge.setReference(unreadable("gone"));
    tick(rig, same, {0, 0, 0, 0, 0, 0, 0, 0, 0, 200});
    EXPECT_TRUE(rig.said().harm);
    EXPECT_EQ(rig.metric("score").verdict, Verdict::Harm);
}

TEST_F(ReferenceJudge, WhatCannotBeComparedIsNamedWithTheWayOut) {
    const auto troubleWith = [&](const api::Metric& score, const api::Counts& feature) {
        api::Analysis wanted = analysis();
        wanted.metrics[1] = score;
        Rig rig(wanted);
        rig.judge.setReference(profileOf(feature));
        tick(rig, same, same);
        return rig.said().dataDrift->trouble;
    };
    api::Metric score = analysis().metrics[1];
    EXPECT_EQ(troubleWith(score, even), "");
    EXPECT_THAT(troubleWith(score, histogram({.15, .25, .5}, {5000, 5000, 5000, 5000})),
                AllOf(HasSubstr("the profile has the edges 0.15, 0.25, 0.5 and the pods 0.1, 0.2, 0.3"),
                      HasSubstr("share fewer than two")));
    api::Counts classes;
    classes.classes = {"a", "b"};
    classes.buckets = {500, 500};
    classes.total = 1000;
    EXPECT_THAT(troubleWith(score, classes), HasSubstr("counts classes; state drift.counter and by"));
    score.referenceFeature = "scores";
    EXPECT_THAT(troubleWith(score, even),
                HasSubstr("has no feature \"scores\"; it has score: state one of them"));
}

TEST_F(ReferenceJudge, AClassThatTheProfileLacksMovesIt) {
    api::Analysis wanted = analysis();
    wanted.metrics[1].byLabel = "class";
    Rig rig(wanted);
    const auto classes = [](const std::map<std::string, uint64_t>& counted) {
        api::Counts counts;
        for (const auto& [name, count] : counted) {
            counts.classes.push_back(name);
            counts.buckets.push_back(count);
            counts.total += count;
        }
        return counts;
    };
    rig.judge.setReference(profileOf(classes({{"a", 500}, {"b", 500}})));
    rig.tick({pod("s1", {{"score", classes({{"a", 100}, {"b", 100}, {"c", 100}})}})}, {});
    EXPECT_EQ(rig.said().dataDrift->state, DataState::Drifted);
    EXPECT_THAT(rig.said().dataDrift->message, HasSubstr("most by class \"c\" (33.3 % against 0.0 %)"));
}

TEST_F(ReferenceJudge, AnotherProfileBeginsAnew) {
    Rig rig(analysis());
    rig.judge.setReference(profileOf(even));
    tick(rig, moved, moved);
    ASSERT_EQ(rig.said().dataDrift->state, DataState::Drifted);
    rig.judge.setReference(
        profileOf(scores({100, 200, 400, 600, 800, 1000, 1300, 1600, 2000, 2000}), "other"));
    tick(rig, moved, moved);
    EXPECT_EQ(rig.said().dataDrift->state, DataState::Within);
}

TEST_F(ReferenceJudge, ARestartLosesNothing) {
    Rig rig(analysis(1.0));
    Rig restarted(analysis(1.0));
    for (Rig* each : {&rig, &restarted}) each->judge.setReference(profileOf(even));
    for (int i = 0; i < 5; ++i) {
        tick(rig, moved, same);
        tick(restarted, moved, same);
        restarted.restart();
        restarted.judge.setReference(profileOf(even));
    }
    EXPECT_EQ(rig.said(), restarted.said());
}

TEST_F(ReferenceJudge, WhatAMetricIsComparedWithSaysNothingOfTheTwoVersions) {
    Rig rig(analysis(1.0));
    rig.judge.setReference(profileOf(even));
    for (int i = 0; i < 4; ++i) tick(rig, same, same);
    const uint64_t samples = rig.metric("score").samples;
    api::Analysis other = analysis(1.0);
    other.metrics[1].referencePsi = .1;
    rig.judge.setAnalysis(other);
    EXPECT_EQ(rig.metric("score").samples, samples);
}

}  // namespace
}  // namespace serin::judge
