#include "judge/aa_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rehearsed_rollout.h"

namespace serin::judge {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

AaReport reportOn(const AaRollout& rollout, size_t splits = 200, uint64_t seed = 1) {
    return reportAa(rollout.recorded(analysisOf({errorMetric()})), splits, seed);
}

TEST(AaReport, OfPodsThatAreAlikeHasNoFalseAlarmAndSaysWhenItWasSafe) {
    const AaReport report = reportOn(errorsOf({}));
    EXPECT_EQ(report.code, 0) << report.text;
    EXPECT_EQ(report.trouble, "");
    EXPECT_THAT(report.text,
                StartsWith("ml/fraud\nattempt 1, new against old, both taken to be the same: 120 "
                           "intervals in 20 min, at most 1 canary and 3 stable pods\n"));
    EXPECT_THAT(report.text, HasSubstr("\nerrors: Safe, canary errs "));
    EXPECT_THAT(report.text,
                HasSubstr("\n  120 intervals, 12000 requests of the canary and 36000 of stable\n"));
    EXPECT_THAT(report.text, HasSubstr("stable's pods differ hardly more than chance explains\n"));
    EXPECT_THAT(report.text, HasSubstr("\n  SAFE after "));
    EXPECT_THAT(report.text,
                HasSubstr("\npods dealt anew: 200 deals of 4 pods, 4 different ones (seed 1)\n"));
    EXPECT_THAT(report.text,
                HasSubstr("\n  0 false alarms: at most 1.49 % of all deals (95 % bound), promised "
                          "are at most 1 %\n  SAFE in 200 of them: half after "));
    EXPECT_THAT(report.text,
                EndsWith("\nNo false alarm, and proof of safety: these metrics fit this traffic.\n"));
    EXPECT_THAT(report.text, Not(HasSubstr("HARM")));
}

TEST(AaReport, OfABadPodSeesItInTheDispersionAndInTheDeals) {
    const AaReport report = reportOn(errorsOf({"s2"}));
    EXPECT_EQ(report.code, 1) << report.text;
    EXPECT_THAT(report.text, HasSubstr("stable's pods differ much more than chance explains"));
    EXPECT_THAT(report.text,
                EndsWith("\nNo false alarm in the rollout as it was, but in more deals of its pods "
                         "than promised: some pods are worse than others, and the canary gets them "
                         "by chance.\n"));
}

TEST(AaReport, OfACanaryThatIsWorseTellsTheFalseAlarm) {
    const AaReport report = reportOn(errorsOf({"c1"}), 0);
    EXPECT_EQ(report.code, 1);
    EXPECT_THAT(report.text, HasSubstr("\nerrors: Harm, canary errs "));
    EXPECT_THAT(report.text, HasSubstr("\n  called harm after "));
    EXPECT_THAT(report.text, HasSubstr("\n  HARM after "));
    EXPECT_THAT(report.text, HasSubstr("\nA false alarm, if both versions are the same"));
    EXPECT_THAT(report.text, Not(HasSubstr("dealt")));
}

TEST(AaReport, WithoutProofOfSafetySaysSo) {
    AaRollout rollout = errorsOf({});
    rollout.ticks = 3;
    const AaReport report = reportOn(rollout);
    EXPECT_EQ(report.code, 0);
    EXPECT_THAT(report.text, HasSubstr("\n  not proved safe\n"));
    EXPECT_THAT(report.text, HasSubstr("\n  SAFE was not reached\n"));
    EXPECT_THAT(report.text, HasSubstr("\n  SAFE in 0 of them\n"));
    EXPECT_THAT(report.text, HasSubstr("no proof of safety either"));
}

TEST(AaReport, ShowsTheNoiseOfDriftsAndMeans) {
    api::Metric mean;
    mean.name = "value";
    mean.kind = api::MetricKind::Mean;
    mean.mean = {"value_sum", "value_count", false};
    const api::Analysis analysis = analysisOf({errorMetric(), driftMetric(std::nullopt), mean});
    AaRollout rollout = errorsOf({});
    rollout.counts = [errors = rollout.counts](const std::string& name, Random& random) {
        std::map<std::string, api::Counts> out = errors(name, random);
        std::vector<uint64_t> buckets(10);
        for (uint64_t& bucket : buckets) bucket = 5 + random.binomial(10, .5);
        out["score"] = scores(buckets);
        out["value"] = requests(100, 0);
        out["value"].sum = 100 + 10 * random.uniform();
        return out;
    };
    const AaReport report = reportAa(rollout.recorded(analysis), 20, 1);
    EXPECT_THAT(report.text, HasSubstr("\nscore (observes): "));
    EXPECT_THAT(report.text, HasSubstr("\n  largest PSI 0"));
    EXPECT_THAT(report.text,
                HasSubstr(" of one version against itself; a threshold must lie well above it\n"));
    EXPECT_THAT(report.text, HasSubstr("\n  largest difference of the means "));
    EXPECT_THAT(report.text, HasSubstr("; harm begins at 5 %\n"));
    rollout.ticks = 2;
    const std::string early = reportAa(rollout.recorded(analysis), 0, 1).text;
    EXPECT_THAT(early, HasSubstr("\n  PSI: too few observations in a step to tell it from chance\n"));
    EXPECT_THAT(early, HasSubstr("\n  difference of the means: fewer than ten blocks of six intervals\n"));
}

TEST(AaReport, SaysWhyPodsAreNotDealt) {
    AaRollout rollout = errorsOf({});
    rollout.stable = {"s1"};
    const AaReport report = reportOn(rollout);
    EXPECT_EQ(report.code, 0);
    EXPECT_THAT(report.text, HasSubstr("\npods not dealt anew: there are fewer than 3\n"));
    EXPECT_THAT(report.text, HasSubstr("dispersion unknown"));
}

TEST(AaReport, IsTheSameForTheSameSeed) {
    AaRollout rollout = errorsOf({"s2"});
    rollout.canary = {"c1", "c2"};
    const std::string recording = rollout.recorded(analysisOf({errorMetric()}));
    EXPECT_EQ(reportAa(recording, 30, 7).text, reportAa(recording, 30, 7).text);
    EXPECT_NE(reportAa(recording, 30, 7).text, reportAa(recording, 30, 8).text);
}

TEST(AaReport, OfAnyOtherFileSaysWhatIsWrong) {
    const AaReport page = reportAa("<html>", 200, 1);
    EXPECT_EQ(page.code, 2);
    EXPECT_THAT(page.trouble, StartsWith("line 1: not \"serin-recording/"));
    EXPECT_EQ(page.text, "");
    std::string recording = errorsOf({}).recorded(analysisOf({errorMetric()}));
    recording.resize(recording.find("\nstratum") + 1);
    const AaReport early = reportAa(recording, 200, 1);
    EXPECT_EQ(early.code, 2);
    EXPECT_THAT(early.trouble, HasSubstr("no interval in which two versions were compared"));
    EXPECT_THAT(reportAa(recording + "\x1b[2J\n", 200, 1).trouble, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace serin::judge
